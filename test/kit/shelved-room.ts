import { ClientKey } from '@parley/shared/ids';
import { RoomWorld } from './room-world.ts';
import { shelfEntry, type ShelfEntry } from './shelf-entry.ts';
import { REF } from './room-ref.ts';

/** Somebody says something to the room. */
export function say(world: RoomWorld, user: string, text: string) {
  const id = ClientKey.parse(text.replaceAll(/[^a-z0-9]/gi, '-'));
  return world.must(user, { type: 'message.post', id, text, audience: 'room', offRecord: false });
}

/** A room with one message and, behind it, one entry made from `doc:plan`, which `readers` may read. */
export async function shelved(readers: readonly string[], more: Partial<ShelfEntry> = {}): Promise<RoomWorld> {
  const world = await RoomWorld.open();
  await say(world, 'bob', 'hello');
  world.authority.set(REF.tenant, 'doc:plan', readers);
  await world.found(shelfEntry({ text: 'the plan is secret', resources: ['doc:plan'], after: 1, ...more }));
  return world;
}
