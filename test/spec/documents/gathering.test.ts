import { gatherMs, pieceMs } from '@parley/server/room/documents/gather-time';
import { NOTES } from '@parley/shared/documents';
import { afterEach, expect, test } from 'vitest';
import { docPeer, DocWorld } from '../../kit/doc-world.ts';
import { StockPeer } from '../../kit/stock-peer.ts';

const READERS = 40;
const GATHER_MS = gatherMs(READERS);

const made: StockPeer[] = [];
afterEach(() => made.splice(0).forEach((peer) => peer.destroy()));

/** Notes that so many people have open, after a pause; the first of them writes. */
async function notesOf(readers: number): Promise<{ world: DocWorld; writer: StockPeer }> {
  const world = await DocWorld.open();
  for (let n = 0; n < readers; n++) {
    const peer = new StockPeer(world, docPeer(`person${n}`), 'workspace');
    made.push(peer);
    await peer.connect();
  }
  await world.settle();
  world.clock.advance(1_000);
  const [writer] = made;
  if (writer === undefined) throw new Error('somebody writes');
  return { world, writer };
}

/** Writes, and lets everything run that does not wait for time. */
async function types(writer: StockPeer, text: string): Promise<void> {
  writer.doc.getText(NOTES).insert(0, text);
  await ticks();
}

async function ticks(): Promise<void> {
  for (let n = 0; n < 20; n++) await new Promise<void>((resolve) => queueMicrotask(resolve));
}

test('D14 many readers: after a pause a change is shown at once, and those close behind it together', async () => {
  const { world, writer } = await notesOf(READERS);
  await types(writer, 'a');
  expect(world.told('update')).toHaveLength(1);
  await types(writer, 'b');
  world.clock.advance(GATHER_MS - 1);
  await types(writer, 'c');
  expect([world.told('update').length, writer.saved]).toEqual([1, writer.sent - 2]);
  expect(world.clock.pending).toHaveLength(1);
  world.clock.advance(1);
  await ticks();
  // Each is a message of its own.
  expect([world.told('update').length, writer.saved]).toEqual([3, writer.sent]);
  expect(world.metrics.observed('parley_journal_commit_seconds')).toHaveLength(2);
});

test('D14 a few people among themselves never wait', async () => {
  const { world, writer } = await notesOf(3);
  for (const text of ['a', 'b', 'c']) await types(writer, text);
  expect(world.told('update')).toHaveLength(3);
});

test('D14 nobody waits longer than 33 ms, and the more read the longer it is', () => {
  expect([0, 3, 4, 40, 100, 101, 100_000].map(gatherMs)).toEqual([0, 0, 1, 13, 33, 33, 33]);
});

test('G11 pieces of an answer are 33 ms apart among a few, and never more than 66', () => {
  expect([0, 3, 4, 40, 100, 100_000].map(pieceMs)).toEqual([33, 33, 34, 46, 66, 66]);
});

test('D14 a decision takes with it what waits, in its order', async () => {
  const { world, writer } = await notesOf(READERS);
  await types(writer, 'a');
  await types(writer, 'b');
  let updatesBefore = 0;
  world.pipeline.commit({ busy: true }, () => (updatesBefore = world.told('update').length));
  await ticks();
  expect(updatesBefore).toBe(2);
  expect(world.clock.pending).toEqual([]);
});

test('D14 a decision does not wait for a change that comes after it', async () => {
  const { world, writer } = await notesOf(READERS);
  await types(writer, 'a');
  let decided = false;
  world.pipeline.commit({ busy: true });
  // It is being written: what follows gathers.
  await Promise.resolve();
  world.pipeline.commit({ busy: false }, () => (decided = true));
  world.pipeline.commit({ waiting: 1, patience: GATHER_MS });
  await ticks();
  expect(decided).toBe(true);
});

test('D14 what is only said keeps its place behind what waits, and hurries nothing', async () => {
  const { world, writer } = await notesOf(READERS);
  await types(writer, 'a');
  await types(writer, 'b');
  const seen: number[] = [];
  world.pipeline.say(() => seen.push(world.told('update').length));
  await ticks();
  expect(seen).toEqual([]);
  world.clock.advance(GATHER_MS);
  await ticks();
  expect(seen).toEqual([2]);
});

test('D14 a clock that is set back makes nobody wait longer', async () => {
  const { world, writer } = await notesOf(READERS);
  await types(writer, 'a');
  world.clock.setBack(60_000);
  await types(writer, 'b');
  world.clock.advance(GATHER_MS);
  await ticks();
  expect(world.told('update')).toHaveLength(2);
});

test('D14 a room that is left writes what waits first', async () => {
  const { world, writer } = await notesOf(READERS);
  await types(writer, 'a');
  await types(writer, 'b');
  await world.pipeline.settled();
  expect(world.told('update')).toHaveLength(2);
});
