import type { Entry } from '@parley/shared/entry';
import { privateLane, type EntryId, type LaneKey } from '@parley/shared/ids';
import type { Principal } from '../core/people/principal.ts';
import type { Desk } from './desk.ts';
import { mayReadLane } from './lane-access.ts';
import { readableEntries } from './reading.ts';
import type { CountedEntry } from './stacks.ts';

/** An entry by its id, for somebody who may read it now; null for everybody else, as for one that is not there. */
export async function entryFor(
  desk: Desk,
  by: Principal,
  id: EntryId,
): Promise<{ readonly lane: LaneKey; readonly item: CountedEntry } | null> {
  await desk.shelves.freshen();
  const found = desk.chronicle.ledger.entry(id);
  if (!found || !mayReadLane(desk.chronicle.room, by, found.lane)) return null;
  return desk.shelves.access.mayRead(by.user, found.item.entry.resources ?? []) ? found : null;
}

/** Everything that somebody may read now, of the room's lane and their own. */
export async function entriesFor(desk: Desk, by: Principal): Promise<readonly Entry[]> {
  await desk.shelves.freshen();
  return (['room', privateLane(by.user)] as const).flatMap((lane) => readableEntries(desk, lane, by.user));
}
