import { mergeLane } from '@parley/client/lane-merge';
import type { RoomClient } from '@parley/client/room-client';
import { ENTRIES, LIVE, ROOM } from '@parley/shared/documents';
import type { Entry } from '@parley/shared/entry';
import { EntryId, TurnId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import * as Y from 'yjs';
import { afterEach, expect, test } from 'vitest';
import { clientWorld, type ClientWorld } from '../../kit/client-world.ts';

const worlds: ClientWorld[] = [];
afterEach(() => worlds.splice(0).forEach((made) => made.close()));

const SHELF = `transcript.${'a'.repeat(22)}`;
const OTHER = `transcript.${'b'.repeat(22)}`;
const AI = { id: 'ai', name: 'AI', kind: 'ai' } as const;
const ANA = { id: 'ana', name: 'Ana', kind: 'user' } as const;

function labelled(id: string, seq: number, after: number, resource = 'drive/budget'): Entry {
  const at = { seq, after, at: 0, resources: [ResourceId.parse(resource)] };
  return { id: EntryId.parse(`e_${id}`), kind: 'answer', text: id, author: AI, ...at };
}

/** A room in which `one` and `two` were said, with a labelled answer after the first. */
async function inRoom() {
  const world = clientWorld();
  worlds.push(world);
  const { server } = world;
  server.addEntry({ kind: 'message', text: 'one', author: ANA });
  server.addEntry({ kind: 'message', text: 'two', author: ANA });
  server
    .doc(SHELF)
    .getArray<Entry>(ENTRIES)
    .push([labelled('secret', 1, 1)]);
  const ana = world.client('ana');
  await server.settle();
  return { world, server, ana };
}

async function open(server: ClientWorld['server'], ...docs: readonly string[]): Promise<void> {
  server.tellDocuments(docs.map((doc) => ({ doc, lane: 'room' })));
  await server.settle();
}

const texts = ({ view }: RoomClient, lane: 'room' | 'me' = 'room') => view[lane].entries.map(({ text }) => text);

test('W37 labelled entries stand where they belong among the others, for whoever is told of their document', async () => {
  const { server, ana } = await inRoom();
  expect(texts(ana)).toEqual(['one', 'two']);
  await open(server, SHELF);
  expect(texts(ana)).toEqual(['one', 'secret', 'two']);
  server
    .doc(SHELF)
    .getArray<Entry>(ENTRIES)
    .push([labelled('later', 2, 2)]);
  server.addEntry({ kind: 'message', text: 'three', author: ANA });
  await server.settle();
  expect(texts(ana)).toEqual(['one', 'secret', 'two', 'later', 'three']);
});

test('W37 entries of several documents after the same one keep one order, whichever came first', async () => {
  const { server, ana } = await inRoom();
  server
    .doc(OTHER)
    .getArray<Entry>(ENTRIES)
    .push([labelled('another', 1, 1, 'drive/agenda')]);
  await open(server, SHELF);
  await open(server, SHELF, OTHER);
  expect(texts(ana)).toEqual(['one', 'another', 'secret', 'two']);
});

test('W37 a document of the private lane never shows in the room', async () => {
  const { server, ana } = await inRoom();
  server.tellDocuments([{ doc: SHELF, lane: 'me' }]);
  await server.settle();
  expect([texts(ana), texts(ana, 'me')]).toEqual([['one', 'two'], ['secret']]);
});

test('W37 a document that the server closes is gone from the view with the same frame, and comes back when it is named again', async () => {
  const { server, ana } = await inRoom();
  await open(server, SHELF);
  server.closeDocument(SHELF, 'not_found');
  server.last.deliverDown();
  await Promise.resolve();
  expect(texts(ana)).toEqual(['one', 'two']);
  await server.settle();
  expect(texts(ana)).toEqual(['one', 'two']);
  await open(server, SHELF);
  expect(texts(ana)).toEqual(['one', 'secret', 'two']);
});

test('W37 a document that is no longer named is closed and gone', async () => {
  const { server, ana } = await inRoom();
  await open(server, SHELF, OTHER);
  await open(server, OTHER);
  expect(texts(ana)).toEqual(['one', 'two']);
  server
    .doc(SHELF)
    .getArray<Entry>(ENTRIES)
    .push([labelled('unseen', 2, 2)]);
  await server.settle();
  expect(texts(ana)).toEqual(['one', 'two']);
});

test('W37 what was lost while away is gone when the connection is back', async () => {
  const { world, server, ana } = await inRoom();
  await open(server, SHELF);
  server.last.drop();
  world.clock.advance(100);
  await server.settle();
  await open(server);
  expect([ana.view.connection.kind, texts(ana)]).toEqual(['online', ['one', 'two']]);
});

test('W37 an answer that was built on a resource streams from its document, and its readers see one answer', async () => {
  const { server, ana } = await inRoom();
  await open(server, SHELF);
  const turn = TurnId.parse('t_9');
  server.writeRoom({ ai: { state: 'answering', turn, for: ANA } });
  server.doc('transcript').getMap(LIVE).set(turn, new Y.Text('plain words'));
  await server.settle();
  expect(ana.view.room.answering).toMatchObject({ state: 'answering', text: 'plain words' });
  server.doc('transcript').getMap(LIVE).delete(turn);
  server.doc(SHELF).getMap(LIVE).set(turn, new Y.Text('plain words, and secret ones'));
  await server.settle();
  expect(ana.view.room.answering).toMatchObject({ text: 'plain words, and secret ones' });
  server.closeDocument(SHELF, 'not_found');
  await server.settle();
  expect(ana.view.room.answering).toMatchObject({ text: '' });
});

test('W37 labelled entries of the past come with their page, and are forgotten with their document', async () => {
  const { server, ana } = await inRoom();
  const doc = server.doc('transcript').getArray<Entry>(ENTRIES);
  server.past.push(...doc.toArray(), labelled('older', 1, 1));
  server.past.sort((a, b) => a.seq - b.seq);
  doc.delete(0, 1);
  server.writeRoom({ firstSeq: 2 });
  const shelf = server.doc(SHELF).getArray<Entry>(ENTRIES);
  shelf.delete(0, 1);
  shelf.push([labelled('secret', 2, 2)]);
  await open(server, SHELF);
  expect(texts(ana)).toEqual(['two', 'secret']);
  const more = ana.loadOlder('room');
  await server.settle();
  expect([await more, texts(ana)]).toEqual([true, ['one', 'older', 'two', 'secret']]);
  await open(server);
  expect(texts(ana)).toEqual(['one', 'two']);
  await open(server, SHELF);
  expect(texts(ana)).toEqual(['one', 'two', 'secret']);
});

test('R14 W37 a redaction of something older than a labelled document lets go of what was loaded of the past there, too', async () => {
  const { server, ana } = await inRoom();
  const doc = server.doc('transcript').getArray<Entry>(ENTRIES);
  server.past.push(...doc.toArray().slice(0, 1), labelled('older', 1, 1));
  doc.delete(0, 1);
  server.writeRoom({ firstSeq: 2 });
  const shelf = server.doc(SHELF).getArray<Entry>(ENTRIES);
  shelf.delete(0, 1);
  shelf.push([labelled('secret', 2, 2)]);
  await open(server, SHELF);
  const more = ana.loadOlder('room');
  await server.settle();
  expect([await more, texts(ana)]).toEqual([true, ['one', 'older', 'two', 'secret']]);
  server.doc(SHELF).getMap(ROOM).set('pastRedactions', 1);
  server.past.splice(1);
  const meanwhile: string[][] = [];
  server.script.command = () => {
    meanwhile.push(texts(ana));
    return null;
  };
  await server.settle();
  expect(meanwhile).toEqual([['two', 'secret']]);
  expect(texts(ana)).toEqual(['one', 'two', 'secret']);
});

test('W37 an entry of the past shows once, and only beside an open document of just its resources', () => {
  const one = labelled('one', 1, 0);
  const parts = { own: [], firstSeq: 1, past: [one] };
  expect(mergeLane({ ...parts, shelves: [] })).toEqual([]);
  expect(mergeLane({ ...parts, shelves: [[labelled('other', 1, 0, 'drive/agenda')]] })).toHaveLength(1);
  expect(mergeLane({ ...parts, shelves: [[one]] })).toEqual([one]);
});

test('W37 the list of entries is the very same while only the words of an answer change', async () => {
  const { server, ana } = await inRoom();
  await open(server, SHELF);
  const turn = TurnId.parse('t_9');
  server.writeRoom({ ai: { state: 'answering', turn, for: ANA } });
  server.doc(SHELF).getMap(LIVE).set(turn, new Y.Text('a'));
  await server.settle();
  const { entries } = ana.view.room;
  server.doc(SHELF).getMap<Y.Text>(LIVE).get(turn)?.insert(1, 'b');
  await server.settle();
  expect(ana.view.room.answering?.text).toBe('ab');
  expect(ana.view.room.entries).toBe(entries);
});
