import { expect, test } from 'vitest';
import { RoomWorld, settled } from '../../kit/room-world.ts';

test('D2 a reader who saw text that a crash lost sees the next attempt and none of it', async () => {
  const world = await RoomWorld.open();
  const before = await world.onlook('bob');
  before.open('transcript');
  await settled();
  const first = world.model.expect({ pieces: ['It is seven.'], holdAfter: 1 });
  await world.prompt('ana', 'how many?');
  await first.held;
  await settled();
  expect(before.live('transcript')).toEqual(['It is seven.']);
  const second = world.model.expect({ pieces: ['Eight.'], holdAfter: 1 });
  await world.restart();
  await second.held;
  const back = await world.onlook('bob', before);
  back.open('transcript');
  const late = await world.onlook('ana');
  late.open('transcript');
  await settled();
  expect([back.live('transcript'), late.live('transcript')]).toEqual([['Eight.'], ['Eight.']]);
  second.release();
  await settled();
  expect(back.entries('transcript')?.map(({ text }) => text)).toEqual(['how many?', 'Eight.']);
  expect(back.live('transcript')).toEqual([]);
});
