import type { Entry } from '@parley/shared/entry';
import { privateLane, type EntryId, type LaneKey } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Principal } from '../core/principal.ts';
import type { Desk } from './desk.ts';
import { mayReadLane } from './lane-access.ts';
import type { CountedEntry } from './stacks.ts';

/** An entry by its id, for somebody who may read it now; null for everybody else, as for one that is not there. */
export function entryFor(
  desk: Desk,
  by: Principal,
  id: EntryId,
): { readonly lane: LaneKey; readonly item: CountedEntry } | null {
  const found = desk.chronicle.ledger.entry(id);
  if (!found || !mayReadLane(desk.chronicle.room, by, found.lane)) return null;
  return mayReadAll(desk, by, found.item.entry.resources ?? []) ? found : null;
}

/** Everything that somebody may read now, of the room's lane and their own. */
export function entriesFor(desk: Desk, by: Principal): readonly Entry[] {
  return (['room', privateLane(by.user)] as const).flatMap((lane) =>
    desk.chronicle.ledger.entries(lane).map(({ entry }) => entry),
  );
}

export function mayReadAll(_desk: Desk, _by: Principal, resources: readonly ResourceId[]): boolean {
  return resources.length === 0;
}
