import { expect, test } from 'vitest';
import { REF } from '../../kit/room-ref.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';

/** Longer than a room waits, and than two looks at who is idle. */
const LONG_MS = 1_300_000;

async function wait(world: RoomWorld): Promise<void> {
  await settled();
  world.clock.advance(LONG_MS);
  await settled();
}

function running(world: RoomWorld): number | undefined {
  return world.metrics.gauged('parley_rooms');
}

test('D13 a room with nobody and nothing running leaves memory, and comes back as it was', async () => {
  const world = await RoomWorld.open();
  world.model.expect({ pieces: ['an answer'] });
  const { turn } = await world.prompt('bob', 'a question');
  await settled();
  const before = await world.turn('bob', turn);
  expect([before.state, running(world)]).toEqual(['ended', 1]);
  await wait(world);
  expect(running(world)).toBe(0);
  expect(await world.turn('bob', turn)).toEqual(before);
  expect(running(world)).toBe(1);
});

test('D13 a command puts off the rest of a room', async () => {
  const world = await RoomWorld.open();
  world.clock.advance(590_000);
  await world.must('bob', { type: 'room.get' });
  world.clock.advance(20_000);
  await settled();
  expect(running(world)).toBe(1);
});

test('D13 a room stays while a socket is open', async () => {
  const world = await RoomWorld.open();
  const socket = await world.onlook('bob');
  await wait(world);
  expect(running(world)).toBe(1);
  socket.leave();
  await wait(world);
  expect(running(world)).toBe(0);
});

test('D13 a room stays while its turns are followed', async () => {
  const world = await RoomWorld.open();
  const follower = await world.watch('ana', null);
  await wait(world);
  expect(running(world)).toBe(1);
  follower.close();
  await wait(world);
  expect(running(world)).toBe(0);
});

test('D13 a room stays while a turn runs', async () => {
  const world = await RoomWorld.open({ limits: { turnSeconds: 3_600 } });
  const call = world.model.expect({ pieces: ['slow ', 'answer'], holdAfter: 1 });
  await world.prompt('bob', 'a question');
  await call.held;
  await wait(world);
  expect(running(world)).toBe(1);
  call.release();
  await settled();
  await wait(world);
  expect(running(world)).toBe(0);
});

test('D9 a room that was taken over is not counted as running here', async () => {
  const world = await RoomWorld.open();
  await world.journal.acquire(REF);
  await world.command('ana', { type: 'room.update', title: 'Renamed' });
  await settled();
  expect(running(world)).toBe(0);
});
