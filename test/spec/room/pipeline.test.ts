import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { expect, test } from 'vitest';
import { DocWorld, REF } from '../../kit/doc-world.ts';

/** A journal whose next append ends when it is let. */
async function heldWorld(): Promise<{ world: DocWorld; release: () => void }> {
  const journal = new MemoryJournal();
  const world = await DocWorld.open(journal);
  const gate = Promise.withResolvers<void>();
  const append = journal.append.bind(journal);
  journal.append = async (...args) => {
    await gate.promise;
    return append(...args);
  };
  return { world, release: gate.resolve };
}

test('T1 D9 all is settled also when the last that came, while something was written, is only said', async () => {
  const { world, release } = await heldWorld();
  const done: string[] = [];
  world.pipeline.commit({ busy: true }, () => done.push('written'));
  await Promise.resolve();
  const settled = world.pipeline.settled().then(() => done.push('settled'));
  world.pipeline.say(() => done.push('said'));
  release();
  await settled;
  expect(done).toEqual(['written', 'said', 'settled']);
});

test('T1 D9 what is decided while the last is said is waited for too', async () => {
  const { world, release } = await heldWorld();
  const done: string[] = [];
  world.pipeline.commit({ busy: true });
  await Promise.resolve();
  const settled = world.pipeline.settled().then(() => done.push('settled'));
  world.pipeline.say(() => world.pipeline.commit({ busy: false }, () => done.push('written later')));
  release();
  await settled;
  expect(done).toEqual(['written later', 'settled']);
});

/** Bytes that stand for an update. */
const pieceOf = (name: string): Uint8Array => new TextEncoder().encode(name);
/** Until what a memory journal writes now is written. */
const settledTick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Text as the room shows it. */
function text(world: DocWorld, name: string, done: string[]): void {
  world.pipeline.stream([{ doc: 'transcript', update: pieceOf(name) }], () => done.push(name));
}

test('D2 text of a running answer is said at once, and written 50 ms later with what came until then', async () => {
  const world = await DocWorld.open();
  const done: string[] = [];
  text(world, 'one', done);
  world.clock.advance(49);
  text(world, 'two', done);
  expect(done).toEqual(['one', 'two']);
  await settledTick();
  expect(await world.stored('transcript')).toEqual([]);
  world.clock.advance(1);
  await settledTick();
  expect(await world.stored('transcript')).toEqual([pieceOf('one'), pieceOf('two')]);
});

test('D2 what is decided next is written behind the text before it, and not later than otherwise', async () => {
  const world = await DocWorld.open();
  const done: string[] = [];
  text(world, 'one', done);
  world.pipeline.commit({ updates: [{ doc: 'transcript', update: pieceOf('decided') }] }, () => done.push('decided'));
  text(world, 'two', done);
  expect(done).toEqual(['one']);
  await settledTick();
  expect(done).toEqual(['one', 'decided', 'two']);
  expect(await world.stored('transcript')).toEqual(['one', 'decided', 'two'].map(pieceOf));
});

test('D2 what is only said does not wait for text to be written', async () => {
  const world = await DocWorld.open();
  const done: string[] = [];
  text(world, 'one', done);
  world.pipeline.say(() => done.push('said'));
  text(world, 'two', done);
  expect(done).toEqual(['one', 'said', 'two']);
});

test('D2 whoever needs all of it on disk has the text written at once', async () => {
  const world = await DocWorld.open();
  const done: string[] = [];
  text(world, 'one', done);
  world.pipeline.whenWritten(() => done.push('written'));
  expect(done).toEqual(['one']);
  await settledTick();
  expect(done).toEqual(['one', 'written']);
  text(world, 'two', done);
  await world.pipeline.settled();
  expect(await world.stored('transcript')).toEqual(['one', 'two'].map(pieceOf));
});

test('D2 a room that was given up says no more text', async () => {
  const journal = new MemoryJournal();
  const world = await DocWorld.open(journal);
  const done: string[] = [];
  text(world, 'one', done);
  await journal.acquire(REF);
  world.clock.advance(50);
  await settledTick();
  text(world, 'two', done);
  expect(done).toEqual(['one']);
  expect(world.log.lines.map(({ event }) => event)).toEqual(['pipeline.broken']);
});

test('D2 text alone need not be on the disk when it is written; with anything else it is', async () => {
  const journal = new MemoryJournal();
  const world = await DocWorld.open(journal);
  const lazy: (boolean | undefined)[] = [];
  const append = journal.append.bind(journal);
  journal.append = (ref, epoch, batch) => {
    lazy.push(batch.lazy);
    return append(ref, epoch, batch);
  };
  text(world, 'one', []);
  await world.pipeline.settled();
  text(world, 'two', []);
  world.pipeline.commit({ busy: true });
  await world.pipeline.settled();
  world.pipeline.commit({ busy: false });
  text(world, 'three', []);
  await world.pipeline.settled();
  expect(lazy).toEqual([true, undefined, undefined]);
});
