import type { Entry } from '@parley/shared/entry';

/**
 * Where an entry stands in its lane: its own `seq`, or for one from a labelled document, whose `seq` counts
 * there, that of the entry it follows.
 */
export function placeOf(entry: Pick<Entry, 'seq' | 'after' | 'resources'>): number {
  return entry.resources === undefined ? entry.seq : (entry.after ?? 0);
}

/** Where the last of these stands; 0 when there is none. */
export function lastPlace(entries: readonly Entry[]): number {
  const last = entries.at(-1);
  return last === undefined ? 0 : placeOf(last);
}

/** Names the resources of an entry, so that those of one labelled document are equal; '' for none. */
export function shelfOf({ resources = [] }: Pick<Entry, 'resources'>): string {
  return resources.join(' ');
}

/** The order in which a lane is read; the same for everybody who may read the same entries. */
export function inOrder(a: Entry, b: Entry): number {
  return placeOf(a) - placeOf(b) || compare(shelfOf(a), shelfOf(b)) || a.seq - b.seq;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
