import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { NOTES } from '@parley/shared/documents';
import { updateMessage } from '@parley/server/room/documents/doc-message';
import * as Y from 'yjs';
import { afterEach, expect, test } from 'vitest';
import { MOST_WORKSPACES } from '@parley/server/room/documents/documents';
import { WORKSPACE_BYTES } from '@parley/server/room/documents/workspace-doc';
import { docPeer, DocWorld } from '../../kit/doc-world.ts';
import { StockPeer } from '../../kit/stock-peer.ts';

const made: StockPeer[] = [];
afterEach(() => made.splice(0).forEach((peer) => peer.destroy()));

async function stock(
  world: DocWorld,
  user: string,
  rights: Parameters<typeof docPeer>[1] = {},
  client?: number,
): Promise<StockPeer> {
  const peer = new StockPeer(world, docPeer(user, rights), 'workspace', client);
  made.push(peer);
  await peer.connect();
  return peer;
}

function notesOf(parts: readonly Uint8Array[]): string {
  const doc = new Y.Doc();
  parts.forEach((part) => Y.applyUpdate(doc, part));
  return doc.getText(NOTES).toString();
}

/** An update as a client would have made it that holds nothing else. */
function updateOf(client: number, write: (doc: Y.Doc) => void, onto?: Uint8Array): Uint8Array {
  const doc = new Y.Doc();
  if (onto) Y.applyUpdate(doc, onto);
  // Only now: Yjs would take another id at the sight of its own.
  doc.clientID = client;
  const before = Y.encodeStateVector(doc);
  write(doc);
  return Y.encodeStateAsUpdate(doc, before);
}

test('R1 two people write notes at once, both see both, and each hears when it is on disk', async () => {
  const world = await DocWorld.open();
  const [ana, ben] = [await stock(world, 'ana'), await stock(world, 'ben')];
  ana.doc.getText(NOTES).insert(0, 'hello ');
  ben.doc.getText(NOTES).insert(0, 'world ');
  await world.settle();
  expect(ana.synced && ben.synced).toBe(true);
  expect(ana.doc.getText(NOTES).toString()).toBe(ben.doc.getText(NOTES).toString());
  expect(notesOf(await world.stored('workspace'))).toBe(ana.doc.getText(NOTES).toString());
  expect([ana.saved, ben.saved]).toEqual([ana.sent, ben.sent]);
  world.log.assertNoErrors();
});

test('D3 an update is on disk before anybody is shown it', async () => {
  const journal = new MemoryJournal();
  const world = await DocWorld.open(journal);
  const ana = await stock(world, 'ana');
  await stock(world, 'ben');
  const shown: string[] = [];
  world.listen('watch' as typeof ana.id, 'workspace', async (message) => {
    if (message.type === 'update') shown.push(notesOf(await world.stored('workspace')));
  });
  ana.doc.getText(NOTES).insert(0, 'x');
  expect(world.told('update')).toEqual([]);
  await world.settle();
  await Promise.resolve();
  expect(shown).toEqual(['x']);
});

test('D3 what many type in one tick is stored as one part and sent as one message', async () => {
  const world = await DocWorld.open();
  const people = await Promise.all(['ana', 'ben', 'cyd'].map((user) => stock(world, user)));
  for (const person of people) for (let i = 0; i < 10; i++) person.doc.getText(NOTES).insert(0, `${i}`);
  await world.settle();
  expect(world.told('update').length).toBe(1);
  expect((await world.stored('workspace')).length).toBe(1);
  for (const person of people) expect(person.saved).toBe(person.sent);
  expect(new Set(people.map((person) => person.doc.getText(NOTES).toString())).size).toBe(1);
});

test('D3 a restarted owner goes on where the disk ends, and readers who stayed converge with it', async () => {
  const journal = new MemoryJournal();
  const first = await DocWorld.open(journal);
  const ana = await stock(first, 'ana');
  ana.doc.getText(NOTES).insert(0, 'before ');
  await first.settle();
  ana.disconnect(false);
  ana.doc.getText(NOTES).insert(7, 'offline ');
  const second = await DocWorld.open(journal);
  await ana.connect(second, docPeer('ana'));
  await second.settle();
  expect(notesOf(await second.stored('workspace'))).toBe('before offline ');
  expect(ana.fault).toBeNull();
  expect(ana.saved).toBe(ana.sent);
});

test('W11 a step 2 that repeats known content and deletions is no content (stock trap 1)', async () => {
  const world = await DocWorld.open();
  const ana = await stock(world, 'ana');
  ana.doc.getText(NOTES).insert(0, 'some words');
  ana.doc.getText(NOTES).delete(0, 5);
  await world.settle();
  const reader = await stock(world, 'rea', { mayEdit: false });
  reader.disconnect();
  await reader.connect();
  // As a reader, it is not asked for a step 2; it sends one all the same.
  const parts = (await world.stored('workspace')).length;
  reader.sendRaw(new Uint8Array([0, 1, ...lengthPrefixed(Y.encodeStateAsUpdate(reader.doc))]));
  await world.settle();
  expect(reader.fault).toBeNull();
  expect((await world.stored('workspace')).length).toBe(parts);
});

test('W12 an edit sent before the step 2 that it builds on is dropped, asked for again and not lost (stock trap 2)', async () => {
  const world = await DocWorld.open();
  const writer = new Y.Doc();
  const peer = docPeer('ana');
  await world.documents.open(peer, 'workspace');
  writer.getText(NOTES).insert(0, 'offline ');
  const before = Y.encodeStateVector(writer);
  writer.getText(NOTES).insert(8, 'edit');
  const edit = Y.encodeStateAsUpdate(writer, before);
  world.documents.message(peer.peer, 'workspace', updateMessage(edit));
  world.documents.message(peer.peer, 'workspace', updateMessage(edit));
  await world.settle();
  expect(world.toldTo(peer.peer, 'refused')).toEqual([]);
  expect(world.toldTo(peer.peer, 'saved')).toEqual([]);
  // One step 1 at the opening, one more for both.
  expect(world.toldTo(peer.peer, 'sync').length).toBe(2);
  world.documents.message(
    peer.peer,
    'workspace',
    new Uint8Array([0, 1, ...lengthPrefixed(Y.encodeStateAsUpdate(writer))]),
  );
  await world.settle();
  expect(notesOf(await world.stored('workspace'))).toBe('offline edit');
  expect(world.toldTo(peer.peer, 'saved').at(-1)?.count).toBe(3);
});

test('W11 what still leaves a gap after the step 2 is refused whole', async () => {
  const world = await DocWorld.open();
  const ana = await stock(world, 'ana');
  const later = updateOf(
    77,
    (doc) => doc.getText(NOTES).insert(3, 'late'),
    updateOf(77, (doc) => doc.getText(NOTES).insert(0, 'abc')),
  );
  const before = await world.stored('workspace');
  ana.sendRaw(updateMessage(later));
  await world.settle();
  expect(ana.fault?.code).toBe('bad_update');
  expect(await world.stored('workspace')).toEqual(before);
});

test('W21 a document shown is a document stored: nobody comes back with what a crashed owner alone knew (stock trap 3)', async () => {
  const journal = new MemoryJournal();
  const world = await DocWorld.open(journal);
  const [ana, ben] = [await stock(world, 'ana'), await stock(world, 'ben')];
  ana.doc.getText(NOTES).insert(0, 'kept');
  await world.settle();
  ana.doc.getText(NOTES).insert(4, ' lost');
  // The owner dies here: the update was received and is not on disk.
  const restarted = await DocWorld.open(journal);
  expect(ben.doc.getText(NOTES).toString()).toBe('kept');
  ana.disconnect(false);
  ben.disconnect(false);
  await ben.connect(restarted, docPeer('ben', { mayEdit: false }));
  await ana.connect(restarted, docPeer('ana'));
  expect(ben.fault).toBeNull();
  expect(ben.doc.getText(NOTES).toString()).toBe('kept lost');
});

test('R1 writing under the client id of somebody else is refused, also after a restart, also under an id only seen in presence', async () => {
  const journal = new MemoryJournal();
  const world = await DocWorld.open(journal);
  const ana = await stock(world, 'ana', {}, 4242);
  ana.doc.getText(NOTES).insert(0, 'mine');
  await stock(world, 'cyd', {}, 5151);
  await world.settle();
  for (const [owner, forged] of [
    [world, 4242],
    [await DocWorld.open(journal), 4242],
    [world, 5151],
    [world, 1],
  ] as const) {
    const before = await owner.stored('workspace');
    const eve = await stock(owner, 'eve');
    const onto = forged === 4242 ? before[0] : undefined;
    eve.sendRaw(updateMessage(updateOf(forged, (doc) => doc.getText(NOTES).insert(0, 'forged'), onto)));
    await owner.settle();
    expect(eve.fault?.code, `as ${forged}`).toBe('bad_update');
    expect(await owner.stored('workspace')).toEqual(before);
  }
});

test('R1 deleting what nobody has written yet is refused: nine bytes would silence a person for good', async () => {
  const world = await DocWorld.open();
  const eve = await stock(world, 'eve');
  eve.sendRaw(updateMessage(new Uint8Array([0, 1, 0x92, 0x21, 1, 0, 0xff, 0xff, 0x3f])));
  await world.settle();
  expect(eve.fault?.code).toBe('bad_update');
  expect(await world.stored('workspace')).toEqual([]);
});

test('R9 a reader’s edit is refused by the name of the right; so is a session whose right ends', async () => {
  const world = await DocWorld.open();
  const reader = await stock(world, 'rea', { mayEdit: false });
  reader.doc.getText(NOTES).insert(0, 'no');
  await world.settle();
  expect(reader.fault).toMatchObject({ code: 'forbidden', capability: 'workspace.edit' });
  const rights = docPeer('ana');
  const ana = new StockPeer(world, rights, 'workspace');
  made.push(ana);
  await ana.connect();
  world.documents.setRights({ ...rights, mayEdit: false });
  await world.settle();
  expect(ana.fault).toMatchObject({ code: 'forbidden', capability: 'workspace.edit' });
  expect(await world.stored('workspace')).toEqual([]);
});

test('W17 a right that comes is told with a fresh step 1, so that words written meanwhile arrive', async () => {
  const world = await DocWorld.open();
  const rights = docPeer('ana', { mayEdit: false });
  await world.documents.open(rights, 'workspace');
  world.documents.setRights({ ...rights, mayEdit: true });
  await world.settle();
  expect(world.toldTo(rights.peer, 'opened').map(({ writable }) => writable)).toEqual([false, true]);
  expect(world.toldTo(rights.peer, 'sync').length).toBe(1);
});

test('W11 an update over 256 KiB is refused as too large', async () => {
  const world = await DocWorld.open();
  const ana = await stock(world, 'ana');
  ana.doc.getText(NOTES).insert(0, 'x'.repeat(256 * 1024));
  await world.settle();
  expect(ana.fault?.code).toBe('too_large');
});

test('W15 a slow peer that lost updates on the way is brought up to date from where it began', async () => {
  const world = await DocWorld.open();
  const [ana, ben] = [await stock(world, 'ana'), await stock(world, 'ben')];
  ana.doc.getText(NOTES).insert(0, 'one ');
  await world.settle();
  const deaf = world.listen(ben.id, 'workspace', () => {});
  ana.doc.getText(NOTES).insert(4, 'two ');
  await world.settle();
  expect(ben.doc.getText(NOTES).toString()).toBe('one ');
  deaf();
  const heard: Uint8Array[] = [];
  world.listen(ben.id, 'workspace', (message) => message.type === 'sync' && heard.push(...message.messages));
  world.documents.resync(ben.id, 'workspace');
  await world.settle();
  const catchUp = new Y.Doc();
  Y.applyUpdate(catchUp, Y.encodeStateAsUpdate(ben.doc));
  for (const message of heard)
    if (message[0] === 0) Y.applyUpdate(catchUp, message.subarray(2 + prefixLength(message, 2)));
  expect(catchUp.getText(NOTES).toString()).toBe('one two ');
  expect(world.metrics.counted('parley_resyncs_total')).toBe(1);
});

test('D3 a workspace that nobody reads leaves memory and comes back whole', async () => {
  const world = await DocWorld.open();
  const ana = await stock(world, 'ana');
  ana.doc.getText(NOTES).insert(0, 'stay');
  ana.disconnect();
  await world.settle();
  const ben = await stock(world, 'ben');
  expect(ben.doc.getText(NOTES).toString()).toBe('stay');
});

function lengthPrefixed(bytes: Uint8Array): number[] {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    if (rest < 128) return [...length, rest, ...bytes];
    length.push((rest & 127) | 128);
  }
}

function prefixLength(bytes: Uint8Array, at: number): number {
  let length = 1;
  while ((bytes[at + length - 1] ?? 0) > 127) length += 1;
  return length;
}

test('W11 a document that is full takes nothing more, and says so', async () => {
  const world = await DocWorld.open();
  const ana = await stock(world, 'ana');
  const text = 'x'.repeat(200 * 1024);
  for (let written = 0; written < WORKSPACE_BYTES + text.length; written += text.length) {
    ana.doc.getText(NOTES).insert(0, text);
    await world.settle();
  }
  expect(world.toldTo(ana.id, 'refused')).toMatchObject([{ fault: { code: 'too_large' } }]);
  const stored = await world.stored('workspace');
  expect(stored.reduce((sum, part) => sum + part.length, 0)).toBeLessThanOrEqual(WORKSPACE_BYTES);
});

test('W11 a room has so many workspace documents and no more; those that are there stay open to all', async () => {
  const world = await DocWorld.open();
  const open = (n: number) => world.documents.open(docPeer('ana'), `workspace.n${n}`);
  for (let n = 0; n < MOST_WORKSPACES; n += 1) await open(n);
  expect(world.told('refused')).toEqual([]);
  await open(MOST_WORKSPACES);
  expect(world.told('refused')).toMatchObject([{ doc: `workspace.n${MOST_WORKSPACES}`, fault: { code: 'too_large' } }]);
  await open(0);
  expect(world.told('refused')).toHaveLength(1);
});
