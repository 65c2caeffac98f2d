import { UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { RoomWorld, settled } from '../kit/room-world.ts';

test('A10 A56 whoever may not read a room cannot follow its answers either', async () => {
  const world = await RoomWorld.open();
  await world.must('ana', { type: 'room.update', policy: { levels: { 'room.read': 50 } } });
  const bob = await world.watch('bob', { seq: 0, room: 0, me: 0 });
  world.model.expect({ pieces: ['canary'] });
  await world.prompt('ana', 'what is the canary');
  await settled();
  expect(bob.events).toEqual([]);
  world.log.assertNoErrors();
});

test('A61 nobody can be called what the server calls itself', () => {
  expect(UserId.safeParse('system').success).toBe(false);
  expect(['systems', 'sys', 'ana', 'system@acme'].every((id) => UserId.safeParse(id).success)).toBe(true);
});
