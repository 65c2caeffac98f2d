import type { AdminPerson } from '@parley/shared/admin';
import type { UserId } from '@parley/shared/ids';
import type { Tenant } from '../core/tenant.ts';
import type { People, RoomOverview } from '../ports/people.ts';

const BATCH = 1_000;

/** Everybody who is a member of any room of the tenant, by id. */
export async function everybody(people: People, tenant: Tenant): Promise<AdminPerson[]> {
  const places = new Map<UserId, AdminPerson['rooms']>();
  for (let after: string | null = null; ;) {
    const rooms: readonly RoomOverview[] = await people.rooms(tenant, after, BATCH);
    for (const room of rooms) collect(places, room);
    if (rooms.length < BATCH) break;
    after = rooms.at(-1)?.id ?? null;
  }
  return [...places]
    .map(([user, rooms]) => ({ user, rooms, revokedAt: people.revokedAt(tenant, user) }))
    .toSorted((a, b) => (a.user < b.user ? -1 : 1));
}

function collect(places: Map<UserId, AdminPerson['rooms']>, { id, title, members }: RoomOverview): void {
  for (const { user, role } of members) {
    const known = places.get(user) ?? [];
    known.push({ room: id, title, role });
    places.set(user, known);
  }
}
