import type { Entry } from '@parley/shared/entry';
import type { LaneKey, UserId } from '@parley/shared/ids';
import type { Chronicle } from './chronicle.ts';
import type { ShelfAccess } from './shelf-access.ts';

export interface Readable {
  readonly chronicle: Chronicle;
  readonly shelves: ShelfAccess;
}

/**
 * Entries of a lane's own document, each followed by those that stand behind it on shelves that the reader may
 * read. `from` and `to` are places in the lane's own document, both included; 0 is before the first entry.
 */
export function passage(
  { chronicle, shelves }: Readable,
  { lane, user }: { readonly lane: LaneKey; readonly user: UserId },
  { from, to }: { readonly from: number; readonly to: number },
): readonly (readonly Entry[])[] {
  const behind = behindEach(shelved({ chronicle, shelves }, lane, user), from, to);
  const own = chronicle.ledger.entries(lane).slice(Math.max(0, from - 1), to);
  const groups = own.map(({ entry }) => [entry, ...(behind.get(entry.seq) ?? [])]);
  return from === 0 ? [behind.get(0) ?? [], ...groups] : groups;
}

/** Everything of a lane that somebody may read, in the order in which it is read. */
export function readableEntries(readable: Readable, lane: LaneKey, user: UserId): readonly Entry[] {
  const to = readable.chronicle.ledger.entries(lane).length;
  return passage(readable, { lane, user }, { from: 0, to }).flat();
}

/** By label, and within one by `seq`. */
function shelved({ chronicle, shelves }: Readable, lane: LaneKey, user: UserId): readonly Entry[] {
  return shelves
    .shelves(lane, user)
    .map((shelf) => ({ name: chronicle.shelfName(shelf), shelf }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ shelf }) => shelf.items.map(({ entry }) => entry));
}

function behindEach(entries: readonly Entry[], from: number, to: number): ReadonlyMap<number, readonly Entry[]> {
  return Map.groupBy(
    entries.filter(({ after = 0 }) => after >= from && after <= to),
    ({ after = 0 }) => after,
  );
}
