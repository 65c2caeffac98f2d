import type { Entry } from '@parley/shared/entry';

/**
 * The entries of a lane that a person can see: the document's window, and before it what was brought
 * from the server's past. The two always meet: `older` reaches up to the window's first entry.
 */
export interface EntryWindow {
  readonly entries: readonly Entry[];
  /** `seq` of the first entry that is covered; 1 when nothing comes before. */
  readonly firstSeq: number;
  /** How many of `entries` come from before the document's window. */
  readonly older: number;
}

export const NO_ENTRIES: EntryWindow = { entries: [], firstSeq: 1, older: 0 };

/**
 * The document's window changed. When a person has loaded older entries, those that the server trims
 * are kept, so that nothing vanishes above what they read; unless there is a gap, after a long absence.
 */
export function withWindow(before: EntryWindow, window: readonly Entry[], windowFirst: number): EntryWindow {
  if (before.older === 0) return { entries: window, firstSeq: windowFirst, older: 0 };
  const last = before.entries.at(-1)?.seq ?? 0;
  if (windowFirst < before.firstSeq || last + 1 < windowFirst) {
    return { entries: window, firstSeq: windowFirst, older: 0 };
  }
  const kept = before.entries.filter((entry) => entry.seq < windowFirst);
  return { entries: [...kept, ...window], firstSeq: before.firstSeq, older: kept.length };
}

/** A page that ends right before `before.firstSeq`, oldest first. */
export function withOlder(before: EntryWindow, page: readonly Entry[]): EntryWindow {
  const fresh = page.filter((entry) => entry.seq < before.firstSeq);
  const first = fresh[0];
  if (!first) return before;
  return { entries: [...fresh, ...before.entries], firstSeq: first.seq, older: before.older + fresh.length };
}
