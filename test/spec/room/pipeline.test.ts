import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { expect, test } from 'vitest';
import { DocWorld } from '../../kit/doc-world.ts';

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
