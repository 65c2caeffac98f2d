import { gatherMs } from '@parley/server/room/documents/gather-time';
import { expect, test } from 'vitest';
import { RoomWorld, settled } from '../../kit/room-world.ts';

/** Milliseconds until the second piece of an answer is shown to so many readers, its text being there at once. */
async function secondPieceAfter(readers: number): Promise<number> {
  const world = await RoomWorld.open();
  const crowd = await Promise.all(Array.from({ length: readers }, () => world.onlook('bob')));
  for (const one of crowd) one.open('transcript');
  await settled();
  const call = world.model.expect({ pieces: ['a', 'b', 'c'], holdAfter: 3 });
  await world.prompt('ana', 'go on');
  await call.held;
  await settled();
  const shown = () => crowd[0]?.live('transcript').join();
  expect(shown()).toBe('a');
  let waited = 0;
  for (; shown() === 'a' && waited < 1_000; waited++) {
    world.clock.advance(1);
    await settled();
  }
  expect(shown()).toBe('abc');
  call.release();
  await settled();
  // However many pieces came, one of them was the first.
  expect(world.metrics.observed('parley_first_token_seconds')).toHaveLength(1);
  return waited;
}

test('G11 an answer begins at once however many read it, and its pieces are further apart where many do', async () => {
  expect(await secondPieceAfter(2)).toBe(33);
  expect(await secondPieceAfter(40)).toBe(33 + gatherMs(40));
});
