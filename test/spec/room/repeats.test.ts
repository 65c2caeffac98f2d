import { must } from '@parley/shared/assert';
import { ENTRIES } from '@parley/shared/documents';
import type { Entry } from '@parley/shared/entry';
import { ClientKey } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { REF } from '../../kit/room-ref.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';

const LOG = Array.from(
  { length: 8 },
  (_, at) => `09:0${at} the pump in cellar ${at * 3} stood still for ${at + 2} minutes`,
);
const log = LOG.join('\n');
let sent = 0;

async function said(world: RoomWorld, user: string, text: string, audience: 'room' | 'me' = 'room'): Promise<Entry> {
  const id = ClientKey.parse(`m${(sent += 1)}-${user}`);
  const reply = await world.must(user, { type: 'message.post', id, text, audience, offRecord: false });
  if (!('entry' in reply)) throw new Error('a message was expected');
  return reply.entry;
}

async function shown(world: RoomWorld, doc: 'transcript' | 'transcript.me:ana' = 'transcript'): Promise<Entry[]> {
  const copy = new Y.Doc();
  for (const part of await world.journal.loadDoc(REF, doc)) Y.applyUpdate(copy, part);
  return copy.getArray<Entry>(ENTRIES).toArray();
}
const marksOf = (entries: readonly Entry[]) =>
  entries.map(({ repeats = [] }) =>
    repeats.map(({ from, to, at, entry }) => ({ from, to, at, of: entries.findIndex(({ id }) => id === entry) })),
  );

test('C12 what somebody repeats is marked when it is written: lines, where they stand, and whose they are', async () => {
  const world = await RoomWorld.open();
  await said(world, 'ana', `look:\n${log}`);
  await said(world, 'bob', `${LOG.map((line) => `> ${line}`).join('\n')}\nsince when?`);
  world.model.expect({ pieces: ['Since noon.'] });
  const text = `why\n${LOG.slice(2, 5).join('\n')}`;
  await world.must('bob', { type: 'prompt.submit', id: ClientKey.parse('why'), text, audience: 'room' });
  await settled();
  const entries = await shown(world);
  expect(marksOf(entries)).toEqual([[], [{ from: 1, to: 8, at: 2, of: 0 }], [{ from: 2, to: 4, at: 4, of: 0 }], []]);
  expect(entries[1]?.repeats?.[0]?.author).toMatchObject({ id: 'ana', kind: 'user' });
});

test('C12 after a restart what was said before is still found', async () => {
  const world = await RoomWorld.open();
  await said(world, 'ana', log);
  await world.restart();
  await said(world, 'bob', log);
  expect(marksOf(await shown(world))).toEqual([[], [{ from: 1, to: 8, at: 1, of: 0 }]]);
});

test('A45 C12 R9 a private lane and the room do not see each other’s repeats', async () => {
  const world = await RoomWorld.open();
  await said(world, 'ana', log, 'me');
  await said(world, 'bob', log);
  await said(world, 'ana', log, 'me');
  expect(marksOf(await shown(world))).toEqual([[]]);
  expect(marksOf(await shown(world, 'transcript.me:ana'))).toEqual([[], [{ from: 1, to: 8, at: 1, of: 0 }]]);
});

test('C12 R14 nothing says any more that it repeats what was taken away, and nothing new refers to it', async () => {
  const world = await RoomWorld.open();
  const first = await said(world, 'bob', log);
  await said(world, 'ana', log);
  await world.command('bob', { type: 'entry.redact', entry: first.id });
  expect(marksOf(await shown(world))).toEqual([[], []]);
  const page = await world.must('ana', { type: 'transcript.read', lane: 'room', limit: 10 });
  expect(JSON.stringify([page, await world.journal.read(REF, 0)])).not.toContain('"repeats"');
  await said(world, 'ana', log);
  expect(marksOf(await shown(world))).toEqual([[], [], [{ from: 1, to: 8, at: 1, of: 1 }]]);
  expect(must((await shown(world))[0], 'it stays')).toMatchObject({ text: '', redactedBy: 'bob' });
});

test('C12 no entry names more than fifty passages', async () => {
  const world = await RoomWorld.open();
  const many = Array.from(
    { length: 70 },
    (_, at) => `${at} ${LOG[at % 8]} and then once more from the very beginning of it all, as the log has it`,
  );
  await said(world, 'ana', many.join('\n'));
  await said(world, 'bob', many.flatMap((line, at) => [line, `and ${at}?`]).join('\n'));
  expect((await shown(world))[1]?.repeats).toHaveLength(50);
});

test('C10 R14 what was folded for an earlier turn holds no words that were taken away since', async () => {
  const world = await RoomWorld.open();
  await said(world, 'ana', 'the first');
  const secret = await said(world, 'bob', log);
  await said(world, 'ana', 'the last');
  world.model.expect({ pieces: ['one'] });
  await world.prompt('ana', 'before');
  await settled();
  await world.command('bob', { type: 'entry.redact', entry: secret.id });
  world.model.expect({
    pieces: ['two'],
    check: ({ messages }) => expect(JSON.stringify(messages)).not.toContain(LOG[0]),
  });
  await world.prompt('ana', 'after');
  await settled();
  world.model.assertDone();
});
