import { MemoryPeople } from '@parley/server/adapters/store/people-memory';
import { UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { REF } from '../../kit/room-ref.ts';

const ben = UserId.parse('bob');

test('R17 revoking somebody ends their running turn and what they have waiting, in every lane, and nobody else’s', async () => {
  const world = await RoomWorld.open();
  world.model.expect({ pieces: ['so far'], holdAfter: 1 });
  world.model.expect({ pieces: ['private'], holdAfter: 1 });
  const running = await world.prompt('bob', 'running');
  const secret = await world.prompt('bob', 'secret', { audience: 'me' });
  const waiting = await world.prompt('bob', 'waiting');
  const hers = await world.prompt('ana', 'hers');
  await settled();
  world.model.expect({ pieces: ['for ana'] });
  await world.people.revoke(REF.tenant, ben, world.clock.now());
  await settled();
  world.issuedAt = world.clock.now() + 1;
  for (const { turn } of [running, secret, waiting])
    expect(await world.turn('bob', turn)).toMatchObject({ state: 'ended', outcome: 'revoked', by: 'system' });
  expect(await world.turn('ana', hers.turn)).toMatchObject({ state: 'ended', outcome: 'completed' });
});

test('R17 T44 work that a crash kept from ending ends when the room opens; what came after goes on', async () => {
  const world = await RoomWorld.open();
  world.model.expect({ pieces: ['a'], holdAfter: 1 });
  const running = await world.prompt('bob', 'running');
  const waiting = await world.prompt('bob', 'waiting');
  await settled();
  // The room that runs does not hear of it, as when the process ended between the two.
  world.people = new MemoryPeople({ overviews: () => [] });
  await world.people.revoke(REF.tenant, ben, world.clock.now());
  world.clock.advance(1);
  await world.restart();
  world.issuedAt = world.clock.now() + 1;
  for (const { turn } of [running, waiting])
    expect(await world.turn('bob', turn)).toMatchObject({ state: 'ended', outcome: 'revoked' });
  world.model.expect({ pieces: ['cut'], holdAfter: 1 });
  const later = await world.prompt('bob', 'later');
  await settled();
  world.model.expect({ pieces: ['whole'] });
  await world.restart();
  expect(await world.turn('bob', later.turn)).toMatchObject({ state: 'ended', outcome: 'completed' });
});
