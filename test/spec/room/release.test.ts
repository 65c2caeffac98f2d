import { releaseView, sourcesOf } from '@parley/server/core/labels/release';
import type { RecordOf } from '@parley/server/core/records';
import { hostDigest } from '@parley/server/adapters/host/system';
import { must } from '@parley/shared/assert';
import type { Replies } from '@parley/shared/answers';
import { Entry, Member } from '@parley/shared/entry';
import { ClientKey, EntryId, UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import type { RoomPolicyPatch } from '@parley/shared/policy';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prompting, RoomWorld, settled } from '../../kit/room-world.ts';
import { REF } from '../../kit/room-ref.ts';

type View = Replies['entry.preview-release'];

/** An answer that bob got in his own lane. */
async function privateAnswer(
  world: RoomWorld,
  text = 'the private answer',
  prompt = 'a private question',
): Promise<EntryId> {
  world.model.expect({ pieces: [text] });
  const { turn } = await world.prompt('bob', prompt, { audience: 'me' });
  await settled();
  return must((await world.turn('bob', turn)).answerEntry, 'it ended');
}

const preview = (world: RoomWorld, user: string, entry: EntryId) =>
  world.command(user, { type: 'entry.preview-release', entry });
const release = (world: RoomWorld, user: string, entry: EntryId, digest: string) =>
  world.command(user, { type: 'entry.release', entry, digest, to: 'room' });

async function previewed(world: RoomWorld, entry: EntryId): Promise<View> {
  return world.must('bob', { type: 'entry.preview-release', entry });
}

async function roomOf(world: RoomWorld, user: string): Promise<Entry[]> {
  return (await world.must(user, { type: 'transcript.read', lane: 'room', limit: 100 })).items;
}

/** An answer in bob's lane that was made from a document, as the journal of a turn with a tool has it. */
async function answerFrom(
  resources: readonly string[],
  policy: RoomPolicyPatch = {},
): Promise<{ world: RoomWorld; entry: EntryId }> {
  const first = await RoomWorld.open(policy);
  await privateAnswer(first);
  const { epoch, seq } = await first.journal.acquire(REF);
  const entry = Entry.parse({
    id: 'e_doc',
    seq: 1,
    after: 2,
    kind: 'answer',
    author: { id: 'ai', name: 'AI', kind: 'ai' },
    text: 'from the document',
    at: 9,
    for: 'bob',
    tools: [{ call: 'wiki.read', title: 'Wiki', as: 'speaker', outcome: 'done' }],
    resources,
  });
  const record: RecordOf<'entry.added'> = {
    type: 'entry.added',
    lane: 'me:bob',
    entry,
    tokens: 5,
    influence: ['bob', 'tool:wiki'],
    at: 9,
  };
  await first.journal.append(REF, epoch, { expectedSeq: seq, records: [record], updates: [] });
  await first.restart();
  return { world: first, entry: entry.id };
}

test('R5 a preview shows the words, the recipients and the sources, and releasing its digest gives the room exactly that', async () => {
  const world = await RoomWorld.open();
  const entry = await privateAnswer(world);
  const view = await previewed(world, entry);
  expect(view).toMatchObject({ entry, text: 'the private answer', resources: [] });
  expect(view.recipients.map(({ user }) => user)).toEqual(['ana', 'bob', 'cyd']);
  expect(view.sources).toMatchObject([
    { kind: 'person', id: 'bob', title: 'BOB' },
    { kind: 'entry', title: 'a private question' },
  ]);
  expect(await release(world, 'bob', entry, view.digest)).toMatchObject({
    ok: true,
    value: { entry: { kind: 'answer', text: view.text, releasedBy: 'bob', for: 'bob', seq: 1 } },
  });
  const [released] = await roomOf(world, 'cyd');
  expect(released).toMatchObject({ text: 'the private answer', author: { kind: 'ai' }, releasedBy: 'bob' });
});

test('R5 R9 what the room gets tells nothing of the lane it came from', async () => {
  const world = await RoomWorld.open();
  const entry = await privateAnswer(world);
  await release(world, 'bob', entry, (await previewed(world, entry)).digest);
  const [released] = await roomOf(world, 'ana');
  expect(Object.keys(must(released, 'it is there')).toSorted()).toEqual(
    ['at', 'author', 'for', 'id', 'kind', 'outcome', 'releasedBy', 'seq', 'text'].toSorted(),
  );
  expect(released?.id).not.toBe(entry);
  const { turn } = must((await world.recordsOf('turn.started'))[0], 'it ran');
  expect(JSON.stringify(await roomOf(world, 'ana'))).not.toContain(turn);
});

test('A51 W3 only an answer of one’s own lane can be released: anything else, of anybody, is one answer', async () => {
  const world = await RoomWorld.open();
  const entry = await privateAnswer(world);
  const { digest } = await previewed(world, entry);
  world.model.expect({ pieces: ['for all'] });
  const { turn } = await world.prompt('bob', 'in the room');
  await settled();
  const { promptEntry, answerEntry } = await world.turn('bob', turn);
  const { entry: own } = (await world.must('bob', {
    type: 'message.post',
    id: ClientKey.parse('own'),
    text: 'my own note',
    audience: 'me',
    offRecord: false,
  })) as { entry: Entry };
  const never = JSON.stringify(await preview(world, 'ana', EntryId.parse('e_never')));
  const before = await world.records();
  for (const [user, id] of [
    ['ana', entry],
    ['cyd', entry],
    ['bob', own.id],
    ['bob', must(promptEntry, 'it started')],
    ['bob', must(answerEntry, 'it ended')],
  ] as const) {
    expect(JSON.stringify(await preview(world, user, id))).toBe(never);
    expect(JSON.stringify(await release(world, user, id, digest))).toBe(never);
  }
  expect(await world.records()).toEqual(before);
});

test('A52 whatever moved since the preview voids it: the digest of what stands now is told, and nothing is released', async () => {
  const moves: ((world: RoomWorld) => Promise<unknown>)[] = [
    (world) => world.must('ana', { type: 'member.set', user: UserId.parse('dan'), role: 'reader' }),
    (world) => world.must('ana', { type: 'member.remove', user: UserId.parse('cyd') }),
  ];
  for (const move of moves) {
    const world = await RoomWorld.open();
    const entry = await privateAnswer(world);
    const { digest } = await previewed(world, entry);
    await move(world);
    const refused = await release(world, 'bob', entry, digest);
    expect(refused).toMatchObject({
      ok: false,
      fault: { code: 'condition_failed', current: await previewed(world, entry) },
    });
    expect(await roomOf(world, 'ana')).toEqual([]);
    expect(await release(world, 'bob', entry, (await previewed(world, entry)).digest)).toMatchObject({ ok: true });
  }
});

test('A52 the digest is of exactly the entry, its words, recipients, sources and resources: any of them changed makes another', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const facts = fc.record({
    entry: text.map((words) => Entry.parse({ ...ANSWER, text: words })),
    recipients: fc.subarray(PEOPLE),
    resources: fc.subarray(['doc:1', 'doc:2'].map((id) => ResourceId.parse(id))),
    sources: fc.array(fc.record({ kind: fc.constantFrom('person' as const, 'tool' as const), id: text, title: text }), {
      maxLength: 2,
    }),
  });
  const shownOf = ({ digest: _, ...shown }: View): string => JSON.stringify(shown);
  fc.assert(
    fc.property(facts, facts, (one, other) => {
      const [a, b] = [releaseView(one, hostDigest), releaseView(other, hostDigest)];
      expect(a.digest === b.digest).toBe(shownOf(a) === shownOf(b));
      expect(releaseView(one, hostDigest)).toEqual(a);
    }),
    { seed: 52, numRuns: 400 },
  );
});

test('R5 a release happens once: again, and after a restart, is the same entry', async () => {
  const world = await RoomWorld.open();
  const entry = await privateAnswer(world);
  const { digest } = await previewed(world, entry);
  const first = await release(world, 'bob', entry, digest);
  expect(await release(world, 'bob', entry, digest)).toEqual(first);
  await world.restart();
  expect(await release(world, 'bob', entry, digest)).toEqual(first);
  expect(await world.recordsOf('entry.released')).toMatchObject([{ lane: 'me:bob', entry, digest, by: 'bob' }]);
  expect(await roomOf(world, 'ana')).toHaveLength(1);
});

test('R5 whoever may not speak in the room any more cannot release into it', async () => {
  const world = await RoomWorld.open();
  const entry = await privateAnswer(world);
  await world.must('ana', { type: 'member.set', user: UserId.parse('bob'), role: 'reader' });
  const { digest } = await previewed(world, entry);
  expect(await release(world, 'bob', entry, digest)).toMatchObject({
    ok: false,
    fault: { code: 'forbidden', capability: 'message.post' },
  });
});

test('R5 R6 the room’s later answers know whose words shaped what was released', async () => {
  const { world, entry } = await answerFrom(['doc:d'], { release: 'reader' });
  world.authority.set(REF.tenant, 'doc:d', ['bob']);
  const view = await previewed(world, entry);
  await release(world, 'bob', entry, view.digest);
  const added = (await world.recordsOf('entry.added')).at(-1);
  expect(added).toMatchObject({ lane: 'room', influence: ['bob', 'tool:wiki'] });
  expect(view.sources.slice(0, 2)).toEqual([
    { kind: 'person', id: 'bob', title: 'BOB' },
    { kind: 'tool', id: 'wiki.read', title: 'Wiki' },
  ]);
});

test('A51 R5 strict: a release leaves resources on it, and whoever may not read them is no recipient and sees nothing', async () => {
  const { world, entry } = await answerFrom(['doc:d']);
  world.authority.set(REF.tenant, 'doc:d', ['bob', 'cyd']);
  const before = JSON.stringify([await roomOf(world, 'ana'), await world.must('ana', { type: 'document.list' })]);
  const view = await previewed(world, entry);
  expect(view).toMatchObject({ resources: ['doc:d'], lifted: [] });
  expect(view.recipients.map(({ user }) => user)).toEqual(['bob', 'cyd']);
  await release(world, 'bob', entry, view.digest);
  await settled();
  expect(JSON.stringify([await roomOf(world, 'ana'), await world.must('ana', { type: 'document.list' })])).toBe(before);
  expect(await roomOf(world, 'cyd')).toMatchObject([
    { text: 'from the document', resources: ['doc:d'], after: 0, seq: 1 },
  ]);
});

test('A51 R5 under the policy `reader` whoever may read a resource lifts it off; whoever may not cannot even see what to release', async () => {
  const { world, entry } = await answerFrom(['doc:d'], { release: 'reader' });
  expect(await preview(world, 'bob', entry)).toEqual(await preview(world, 'bob', EntryId.parse('e_never')));
  world.authority.set(REF.tenant, 'doc:d', ['bob']);
  const view = await previewed(world, entry);
  expect(view).toMatchObject({ resources: [], lifted: ['doc:d'] });
  expect(view.recipients).toHaveLength(3);
  world.authority.set(REF.tenant, 'doc:d', []);
  expect(await release(world, 'bob', entry, view.digest)).toMatchObject({ ok: false, fault: { code: 'not_found' } });
  world.authority.set(REF.tenant, 'doc:d', ['bob']);
  await release(world, 'bob', entry, view.digest);
  const [released] = await roomOf(world, 'ana');
  expect(released).toMatchObject({ text: 'from the document' });
  expect(released).not.toHaveProperty('resources');
});

test('R5 R14 a redacted answer is not released, and a redaction takes what was released with it', async () => {
  const world = await RoomWorld.open();
  const one = await privateAnswer(world, 'one secret');
  await release(world, 'bob', one, (await previewed(world, one)).digest);
  await world.must('bob', { type: 'entry.redact', entry: one });
  expect(await roomOf(world, 'ana')).toMatchObject([{ text: '', redactedBy: 'bob' }]);
  expect(JSON.stringify(await world.records())).not.toContain('one secret');
  expect(await world.recordsOf('entry.released')).toMatchObject([{ digest: '' }]);
  const two = await privateAnswer(world, 'another secret', 'another question');
  await world.must('bob', { type: 'entry.redact', entry: two });
  const { digest } = await previewed(world, two);
  expect(await release(world, 'bob', two, digest)).toMatchObject({ ok: false, fault: { code: 'condition_failed' } });
});

test('R5 R14 a moderator who redacts what was released leaves the private answer to its owner', async () => {
  const world = await RoomWorld.open();
  const entry = await privateAnswer(world);
  await release(world, 'bob', entry, (await previewed(world, entry)).digest);
  const [released] = await roomOf(world, 'ana');
  await world.must('ana', { type: 'entry.redact', entry: must(released, 'it is there').id });
  const own = await world.must('bob', { type: 'transcript.read', lane: 'me', limit: 10 });
  expect(own.items.at(-1)).toMatchObject({ id: entry, text: 'the private answer' });
});

test('R5 sources name tools that left no record of a call, and cut what was said to an excerpt', () => {
  const items = [Entry.parse({ ...ANSWER, text: `long\n\n${'x'.repeat(200)}` })];
  const sources = sourcesOf({ influence: ['bob', 'tool:mail', 'tool:wiki'], tools: WIKI, items, nameOf: (id) => id });
  expect(sources).toEqual([
    { kind: 'person', id: 'bob', title: 'bob' },
    { kind: 'tool', id: 'wiki.read', title: 'Wiki' },
    { kind: 'tool', id: 'mail', title: 'mail' },
    { kind: 'entry', id: 'e_1', title: `long ${'x'.repeat(75)}…` },
  ]);
});

test('R5 a clean turn’s answer was made from what it quoted, and from nothing else of the lane', async () => {
  const world = await RoomWorld.open();
  const first = await privateAnswer(world, 'first answer', 'first question');
  await privateAnswer(world, 'second answer', 'second question');
  world.model.expect({ pieces: ['third'] });
  const { turn } = await world.must('bob', prompting('third question', { audience: 'me', quotes: [first] }));
  await settled();
  const { sources } = await previewed(world, must((await world.turn('bob', turn)).answerEntry, 'it ended'));
  expect(sources.filter(({ kind }) => kind === 'entry').map(({ title }) => title)).toEqual([
    'first answer',
    'third question',
  ]);
});

const ANSWER = { id: 'e_1', seq: 1, kind: 'answer', author: { id: 'ai', name: 'AI', kind: 'ai' }, text: '', at: 1 };
const WIKI = must(
  Entry.parse({ ...ANSWER, tools: [{ call: 'wiki.read', title: 'Wiki', as: 'speaker', outcome: 'done' }] }).tools,
  'given',
);
const PEOPLE = ['ana', 'bob', 'cyd'].map((user) => Member.parse({ user, name: user, role: 'speaker' }));
