import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import type { ModelRequest } from '@parley/server/ports/model';
import { ClientKey, EntryId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { REF } from '../../kit/room-ref.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { SummingModel } from '../../kit/summing-model.ts';

interface At {
  readonly world: RoomWorld;
  readonly model: SummingModel;
}

async function open(turnTokens = 6_000): Promise<At> {
  const model = new SummingModel();
  const world = await RoomWorld.open({ limits: { turnTokens, promptsPerMinute: 10_000 } }, new MemoryJournal(), model);
  return { world, model };
}

let made = 0;
const key = (): ClientKey => ClientKey.parse(`k${++made}`);
async function say({ world }: At, user: string, text: string, audience: 'room' | 'me' = 'room'): Promise<EntryId> {
  const posted = { type: 'message.post', id: key(), text, audience, offRecord: false } as const;
  const answer = await world.must(user, posted);
  if (!('entry' in answer)) throw new Error('a message is an entry');
  return EntryId.parse(answer.entry.id);
}
async function ask({ world }: At, user: string, count = 1, audience: 'room' | 'me' = 'room'): Promise<void> {
  for (let each = 0; each < count; each++) {
    const id = key();
    const text = `question ${id} ${'of several words '.repeat(10)}`;
    await world.must(user, { type: 'prompt.submit', id, text, audience });
    await settled();
    await settled();
  }
}

const textOf = ({ messages }: ModelRequest) => messages.map(({ content }) => content).join('\n');
const newest = ({ model }: At): ModelRequest => model.answers.at(-1) as ModelRequest;
const sent = (at: At): string => textOf(newest(at));

test('C3 what people pin is said by the server as a row in its author’s own envelope, and what was sent keeps its bytes', async () => {
  const at = await open();
  const entry = await say(at, 'bob', 'we take the blue one');
  await ask(at, 'ana');
  const before = newest(at);
  await at.world.must('cyd', { type: 'entry.pin', entry, as: 'decision' });
  expect(await at.world.must('ana', { type: 'pin.list', lane: 'room' })).toMatchObject({
    items: [{ entry, seq: 1, as: 'decision', by: 'cyd', author: { id: 'bob' }, text: 'we take the blue one' }],
  });
  await ask(at, 'ana');
  expect(sent(at)).toMatch(
    /Decision, entry 1:<\/parley-[a-z0-9]+>\n<said-[a-z0-9]+ n="1" id="bob" name="BOB" kind="message">\nwe take the blue one\n/,
  );
  // All but the end of the last message is what was sent before: a row that is new comes last.
  expect(newest(at).messages.slice(0, before.messages.length - 1)).toEqual(before.messages.slice(0, -1));
  expect(
    newest(at).messages[before.messages.length - 1]?.content.startsWith(before.messages.at(-1)?.content ?? '?'),
  ).toBe(true);
});

test('C3 C14 a row moves to the head with the next digest and stays there, byte for byte, through twenty of them', async () => {
  const at = await open();
  const entry = await say(at, 'bob', 'never on a Friday');
  await at.world.must('ana', { type: 'entry.pin', entry, as: 'constraint' });
  const heads = new Set<string>();
  for (let digests = 0; digests < 20;) {
    await ask(at, 'ana');
    digests = (await at.world.recordsOf('digest.adopted')).length;
    if (digests === 0) continue;
    const [, head = ''] = newest(at).messages.map(({ content }) => content);
    heads.add(head.slice(0, head.indexOf('Entries 1 to')));
    expect(sent(at).match(/never on a Friday/g)).toHaveLength(1);
  }
  expect([...heads]).toEqual([
    expect.stringMatching(
      /^<parley-[^]+Constraint, entry 1:[^]+never on a Friday\n<\/said-[a-z0-9]+>\n<parley-[a-z0-9]+>$/,
    ),
  ]);
}, 60_000);

test('C3 an entry that is unpinned stays where it was sent until the next digest, and is said not to be pinned', async () => {
  const at = await open();
  const entry = await say(at, 'bob', 'we take the blue one');
  await at.world.must('bob', { type: 'entry.pin', entry, as: 'decision' });
  await ask(at, 'ana', 17);
  expect(sent(at)).toContain('Decision, entry 1:');
  const head = newest(at).messages[1];
  await at.world.must('cyd', { type: 'entry.unpin', entry });
  expect(await at.world.must('ana', { type: 'pin.list', lane: 'room' })).toEqual({ items: [] });
  await ask(at, 'ana');
  expect(newest(at).messages[1]).toEqual(head);
  expect(sent(at)).toMatch(/Not pinned any more: 1\.<\/parley-/);
  await ask(at, 'ana', 12);
  expect(sent(at)).not.toContain('Decision, entry 1:');
  expect(sent(at)).not.toContain('Not pinned any more');
});

test('C3 R14 a redacted entry is no row any more, in no request and no list', async () => {
  const at = await open();
  const entry = await say(at, 'bob', 'canary-row');
  await at.world.must('bob', { type: 'entry.pin', entry, as: 'question' });
  await ask(at, 'ana', 17);
  expect(sent(at)).toContain('Open question, entry 1:');
  await at.world.must('bob', { type: 'entry.redact', entry });
  await ask(at, 'ana');
  expect(sent(at)).not.toMatch(/canary-row|Open question/);
  expect(await at.world.must('ana', { type: 'pin.list', lane: 'room' })).toEqual({ items: [] });
});

test('C3 R9 what somebody pins in their private lane is a row there and nowhere else', async () => {
  const at = await open();
  const entry = await say(at, 'bob', 'canary-mine', 'me');
  expect(await at.world.command('ana', { type: 'entry.pin', entry, as: 'decision' })).toMatchObject({
    fault: { code: 'not_found' },
  });
  await at.world.must('bob', { type: 'entry.pin', entry, as: 'decision' });
  await ask(at, 'bob', 1, 'me');
  expect(sent(at)).toMatch(/Decision, entry me\.1:/);
  await ask(at, 'bob');
  expect(sent(at)).not.toContain('canary-mine');
  expect(await at.world.must('ana', { type: 'pin.list', lane: 'room' })).toEqual({ items: [] });
  expect(await at.world.must('bob', { type: 'pin.list', lane: 'me' })).toMatchObject({ items: [{ entry }] });
});

test('C3 R6 whoever pinned an entry, and whoever said it, is behind an answer that the row is behind', async () => {
  const at = await open();
  const entry = await say(at, 'bob', 'we take the blue one');
  await at.world.must('cyd', { type: 'entry.pin', entry, as: 'decision' });
  await ask(at, 'ana');
  const [turn] = await at.world.recordsOf('turn.started');
  expect(turn?.influence).toEqual(['ana', 'bob', 'cyd']);
});

test('C3 pinning takes the right to, is bounded, and repeating it changes nothing', async () => {
  const at = await open();
  const entry = await say(at, 'bob', 'one');
  await at.world.must('ana', { type: 'room.update', policy: { levels: { 'entry.pin': 50 } } });
  expect(await at.world.command('bob', { type: 'entry.pin', entry, as: 'decision' })).toMatchObject({
    fault: { code: 'forbidden', capability: 'entry.pin' },
  });
  for (let each = 0; each < 40; each++) {
    const one = each === 0 ? entry : await say(at, 'bob', `${each}`);
    await at.world.must('ana', { type: 'entry.pin', entry: one, as: 'decision' });
  }
  await at.world.must('ana', { type: 'entry.pin', entry, as: 'decision' });
  expect(await at.world.recordsOf('entry.pinned')).toHaveLength(40);
  const more = await say(at, 'bob', 'one more');
  expect(await at.world.command('ana', { type: 'entry.pin', entry: more, as: 'decision' })).toMatchObject({
    fault: { code: 'too_large' },
  });
  await at.world.must('ana', { type: 'entry.pin', entry, as: 'failed' });
  const { items } = await at.world.must('ana', { type: 'pin.list', lane: 'room' });
  expect(items.map(({ as }) => as).filter((as) => as === 'failed')).toHaveLength(1);
});

test('C4 people read what the AI is sent in the place of older entries, of the room and of their own lane', async () => {
  const at = await open();
  expect(await at.world.must('bob', { type: 'digest.read', lane: 'room' })).toEqual({ digest: null });
  await ask(at, 'bob');
  await ask(at, 'ana', 16);
  const { digest } = await at.world.must('bob', { type: 'digest.read', lane: 'room' });
  expect(digest).toMatchObject({
    generation: 1,
    from: 1,
    cites: [{ cite: '1', author: { id: 'bob' } }, { author: { id: 'ana' } }],
  });
  expect(digest?.text).toMatch(/^- What was said: \[1\]/);
  expect(await at.world.must('bob', { type: 'digest.read', lane: 'me' })).toEqual({ digest: null });
});

test('C13 R7 a private lane has digests of its own, which no other lane is sent and which its owner pays for', async () => {
  const at = await open(12_000);
  at.model.summary = (cite) => `canary-private ${cite.map((one) => `[${one}]`).join(' ')}`;
  await ask(at, 'bob', 15, 'me');
  const { digest } = await at.world.must('bob', { type: 'digest.read', lane: 'me' });
  expect(digest?.cites.map(({ cite }) => cite)).toEqual([expect.stringMatching(/^me\.\d+$/)]);
  expect(sent(at)).toMatch(/Entries me\.1 to me\.\d+ are not sent any more/);
  expect(sent(at)).toContain('canary-private');
  expect((await at.world.recordsOf('digest.adopted')).map(({ lane }) => lane)).toEqual(['me:bob']);
  const { user } = at.world.principal('bob');
  const used = 15 * 40 + at.model.digests.length * 40;
  expect(at.world.budgets.standing(REF.tenant, { kind: 'user', user })).toMatchObject({ used, held: 0 });
  expect(at.world.budgets.standing(REF.tenant, { kind: 'room', room: REF.room }).used).toBe(0);
  await ask(at, 'bob');
  expect(sent(at)).not.toContain('canary-private');
  expect(await at.world.must('ana', { type: 'digest.read', lane: 'me' })).toEqual({ digest: null });
});
