import { must } from '@parley/shared/assert';
import { ClientKey } from '@parley/shared/ids';
import { DEFAULT_POLICY } from '@parley/shared/policy';
import type { ModelRequest } from '@parley/server/ports/model';
import { appending, replacing } from '@parley/server/core/text-edit';
import { search } from '@parley/server/core/search';
import { Entry } from '@parley/shared/entry';
import { NOTES } from '@parley/shared/documents';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { shelfEntry } from '../../kit/shelf-entry.ts';
import { asksFor, quiet } from '../../kit/tooled-room.ts';
import { REF } from '../../kit/room-ref.ts';

interface Say {
  readonly text: string;
  readonly audience?: 'room' | 'me';
  readonly offRecord?: boolean;
}

function say(world: RoomWorld, user: string, { text, audience = 'room', offRecord = false }: Say) {
  const id = ClientKey.parse(`${user}-${text.replaceAll(/[^a-z0-9]/gi, '-')}`);
  return world.must(user, { type: 'message.post', id, text, audience, offRecord });
}

interface Asked {
  readonly call: string;
  readonly given?: unknown;
  readonly audience?: 'room' | 'me';
}

let asked = 0;
/** Somebody asks, the model makes one call and then answers; what it was told of the call. */
async function told(world: RoomWorld, user: string, { call, given = {}, audience = 'room' }: Asked): Promise<string> {
  world.model.expect({ end: asksFor({ call, given }) });
  const step = world.model.expect({ pieces: ['done'] });
  await world.prompt(user, `please ${(asked += 1)}`, { audience });
  await quiet();
  return toolResult(await step.called);
}

function toolResult({ messages }: ModelRequest): string {
  return messages.flatMap((message) => (message.role === 'tool' ? [message.content] : [])).join('\n');
}

async function notesOf(world: RoomWorld): Promise<string> {
  const doc = new Y.Doc();
  for (const part of await world.journal.loadDoc(REF, 'workspace')) Y.applyUpdate(doc, part);
  return doc.getText(NOTES).toString();
}

test('R3 R15 search finds what the whole audience may read: not private lanes, not what one of them may not read', async () => {
  const world = await RoomWorld.open();
  await say(world, 'bob', { text: 'the Falcon budget is 12' });
  await say(world, 'cyd', { text: 'my falcon secret', audience: 'me' });
  await say(world, 'bob', { text: 'falcon off the record', offRecord: true });
  world.authority.set(REF.tenant, 'doc:plan', ['ana', 'bob']);
  await world.found(shelfEntry({ text: 'falcon from the plan', resources: ['doc:plan'], after: 1 }));
  const inRoom = await told(world, 'ana', { call: 'room.search', given: { q: 'FALCON' } });
  expect(inRoom).toContain('the Falcon budget is 12');
  expect(inRoom).not.toMatch(/secret|off the record|from the plan/);
  const alone = await told(world, 'ana', { call: 'room.search', given: { q: 'falcon' }, audience: 'me' });
  expect(alone).toContain('falcon from the plan');
  expect(alone).not.toMatch(/secret|off the record/);
  expect(await told(world, 'cyd', { call: 'room.search', given: { q: 'falcon' }, audience: 'me' })).toContain(
    'my falcon secret',
  );
});

test('R3 R15 of what was found and not told, the speaker alone hears how much; resources and people behind it go on the answer', async () => {
  const world = await RoomWorld.open();
  world.authority.set(REF.tenant, 'doc:plan', ['ana', 'bob']);
  await world.found(shelfEntry({ text: 'falcon from the plan', resources: ['doc:plan'], after: 0 }));
  await say(world, 'bob', { text: 'falcon too' });
  await told(world, 'ana', { call: 'room.search', given: { q: 'falcon' } });
  expect((await world.recordsOf('call.ended')).at(-1)).toMatchObject({ withheld: 1, influence: ['bob'] });
  await told(world, 'cyd', { call: 'room.search', given: { q: 'falcon' } });
  expect((await world.recordsOf('call.ended')).at(-1)).toMatchObject({ withheld: 0 });
  await told(world, 'ana', { call: 'room.search', given: { q: 'falcon' }, audience: 'me' });
  expect((await world.recordsOf('call.ended')).at(-1)).toMatchObject({ withheld: 0, resources: ['doc:plan'] });
});

test('R3 R9 R15 what somebody may not read takes no place among what they find: the limit counts what is left', async () => {
  const world = await RoomWorld.open();
  await say(world, 'bob', { text: 'falcon in the open' });
  const before = await world.must('cyd', { type: 'transcript.search', q: 'falcon', limit: 1 });
  world.authority.set(REF.tenant, 'doc:plan', ['ana']);
  const hidden = [1, 2, 3].map((seq) => shelfEntry({ text: `falcon ${seq}`, resources: ['doc:plan'], after: 1, seq }));
  await world.found(...hidden);
  expect(await world.must('cyd', { type: 'transcript.search', q: 'falcon', limit: 1 })).toEqual(before);
  expect((await world.must('ana', { type: 'transcript.search', q: 'falcon', limit: 9 })).items).toHaveLength(4);
  world.authority.set(REF.tenant, 'doc:plan', []);
  await settled();
  expect((await world.must('ana', { type: 'transcript.search', q: 'falcon', limit: 9 })).items).toHaveLength(1);
});

test('R15 each entry that people find says in which lane it stands', async () => {
  const world = await RoomWorld.open();
  await say(world, 'bob', { text: 'falcon in the room' });
  await say(world, 'bob', { text: 'falcon for me', audience: 'me' });
  const { items } = await world.must('bob', { type: 'transcript.search', q: 'falcon', limit: 9 });
  expect(new Map(items.map(({ lane, text }) => [lane, text]))).toEqual(
    new Map([
      ['me', 'falcon for me'],
      ['room', 'falcon in the room'],
    ]),
  );
});

test('R15 a search finds entries that hold every word, whatever their case and form, newest first', () => {
  const line = (n: number, text: string) =>
    Entry.parse({ id: `e_${n}`, seq: n, kind: 'message', author: { id: 'a', name: 'A', kind: 'user' }, text, at: n });
  const all = [line(1, 'Grün und blau'), line(2, 'BLAU, grün'), line(3, 'nur blau'), line(4, 'ﬁne'), line(5, '')];
  expect(search(all, 'blau GRÜN', 9).map(({ seq }) => seq)).toEqual([2, 1]);
  expect(search(all, 'blau', 2).map(({ seq }) => seq)).toEqual([3, 2]);
  expect(search(all, 'FINE', 9).map(({ seq }) => seq)).toEqual([4]);
  expect(search(all, '   ', 9)).toEqual([]);
});

test('R15 the AI edits the notes while people type: both are there, on disk, and people see for whom it writes', async () => {
  const world = await RoomWorld.open();
  const cyd = await world.type('cyd', 'The plan:\n- one\n');
  const edited = told(world, 'bob', { call: 'room.edit_notes', given: { find: '- one', replace: '- one and a half' } });
  cyd.insert(cyd.length, 'typed by Cyd');
  expect(await edited).toContain('edited');
  await quiet();
  expect(cyd.text()).toBe('The plan:\n- one and a half\ntyped by Cyd');
  expect(await notesOf(world)).toBe(cyd.text());
  world.clock.advance(100);
  await quiet();
  expect(cyd.others()).toMatchObject([{ user: { id: 'ai', name: 'AI for BOB' } }]);
  world.clock.advance(5_000);
  await quiet();
  expect(cyd.others()).toEqual([]);
});

test('T35 R15 the notes are edited by the right of the speaker as it stands at the call', async () => {
  const world = await RoomWorld.open();
  const held = world.model.expect({
    pieces: ['let me'],
    holdAfter: 1,
    end: asksFor({ call: 'room.edit_notes', given: { append: 'x' } }),
  });
  const next = world.model.expect({ pieces: ['no'] });
  await world.prompt('bob', 'write x');
  await held.held;
  const { levels } = DEFAULT_POLICY;
  await world.must('ana', { type: 'room.update', policy: { levels: { ...levels, 'workspace.edit': 50 } } });
  held.release();
  await quiet();
  expect(toolResult(await next.called)).toContain('may not edit');
  expect(await notesOf(world)).toBe('');
});

test('R6 R15 whoever wrote the notes stands behind what is read of them', async () => {
  const world = await RoomWorld.open();
  await world.type('cyd', 'by Cyd');
  await told(world, 'bob', { call: 'room.read_notes' });
  expect((await world.recordsOf('call.ended')).at(-1)).toMatchObject({ influence: ['cyd'] });
});

test('R6 R15 what the AI wrote into the notes carries whoever was behind it, also after a restart', async () => {
  const world = await RoomWorld.open();
  await say(world, 'cyd', { text: 'write down what I say' });
  world.model.expect({ end: asksFor({ call: 'room.edit_notes', given: { append: 'what Cyd says' } }) });
  await world.prompt('bob', 'take notes');
  await quiet();
  const [approval] = (await world.must('bob', { type: 'approval.list' })).items;
  const { id, digest, influencedBy } = must(approval, 'bob is asked');
  expect(influencedBy).toEqual(['cyd']);
  world.model.expect({ pieces: ['done'] });
  await world.must('bob', { type: 'approval.decide', approval: id, digest, decision: 'approve' });
  await quiet();
  expect(await notesOf(world)).toBe('what Cyd says');
  for (const restarted of [false, true]) {
    if (restarted) await world.restart();
    await told(world, 'ana', { call: 'room.read_notes', audience: 'me' });
    expect((await world.recordsOf('call.ended')).at(-1)).toMatchObject({ influence: ['bob', 'cyd'] });
  }
});

test('A60 R6 from a private lane, writing into the notes shows something to the room: its speaker is asked first', async () => {
  const world = await RoomWorld.open();
  world.model.expect({ end: asksFor({ call: 'room.edit_notes', given: { append: 'a private thought' } }) });
  await world.prompt('bob', 'note that', { audience: 'me' });
  await quiet();
  expect(await world.must('bob', { type: 'approval.list' })).toMatchObject({ items: [{ call: 'room.edit_notes' }] });
  expect(await notesOf(world)).toBe('');
});

test.each(['strict', 'reader'] as const)(
  'R5 R6 what was made from resources is not written into the notes while everybody of now may read it: under `%s` nobody, or its speaker, decides',
  async (release) => {
    const world = await RoomWorld.open({ release });
    world.authority.set(REF.tenant, 'doc:plan', ['ana', 'bob', 'cyd']);
    await say(world, 'ana', { text: 'the plan?' });
    await world.found(
      shelfEntry({ text: 'falcon from the plan', resources: ['doc:plan'], after: 1, influence: ['ana'] }),
    );
    world.model.expect({ end: asksFor({ call: 'room.edit_notes', given: { append: 'falcon' } }) });
    if (release === 'strict') world.model.expect({ pieces: ['I may not.'] });
    await world.prompt('ana', 'write it down');
    await quiet();
    await quiet();
    const asked = (await world.must('ana', { type: 'approval.list' })).items;
    const refused = (await world.recordsOf('call.ended')).filter(({ outcome }) => outcome === 'refused');
    expect([asked.length, refused.length]).toEqual(release === 'strict' ? [0, 1] : [1, 0]);
    expect(asked.map(({ builtOn }) => builtOn)).toEqual(release === 'strict' ? [] : [['doc:plan']]);
    expect(await notesOf(world)).toBe('');
    world.model.assertDone();
  },
);

test('R15 arguments that make no sense change nothing and are told to the model', async () => {
  const world = await RoomWorld.open();
  await world.type('bob', 'twice twice');
  for (const given of [
    {},
    { find: 'x' },
    { append: '' },
    { append: 'x', find: 'y', replace: 'z' },
    { find: 'gone', replace: '' },
    { find: 'twice', replace: 'once' },
    { append: 'x'.repeat(60_000) },
  ]) {
    await told(world, 'bob', { call: 'room.edit_notes', given });
    expect((await world.recordsOf('call.ended')).at(-1)).toMatchObject({ outcome: 'failed' });
  }
  expect(await notesOf(world)).toBe('twice twice');
});

test('R15 an edit turns one text into the other, touches only what differs, and never cuts a character in two', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '😁', 'é'), maxLength: 8 });
  fc.assert(
    fc.property(text, text, text, text, (before, find, after, replace) => {
      const whole = `${before}${find}${after}`;
      const located = replacing(whole, find, replace);
      if (located.kind !== 'edit') return;
      const { index, remove, insert } = located.edit;
      expect(whole.slice(0, index) + insert + whole.slice(index + remove)).toBe(whole.replace(find, () => replace));
      expect(insert.isWellFormed() && whole.slice(index, index + remove).isWellFormed()).toBe(true);
      if (find === replace) expect({ remove, insert }).toEqual({ remove: 0, insert: '' });
    }),
    { seed: 15, numRuns: 500 },
  );
  expect(appending('a', 'b')).toEqual({ index: 1, remove: 0, insert: '\nb' });
  expect([appending('', 'b'), appending('a\n', 'b')].map(({ insert }) => insert)).toEqual(['b', 'b']);
});
