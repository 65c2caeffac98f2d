import type { Entry } from '@parley/shared/entry';
import { inOrder, placeOf, shelfOf } from './entry-order.ts';

/** What one lane is put together from. */
export interface LaneParts {
  /** The lane's own document, with what was loaded before its window. */
  readonly own: readonly Entry[];
  /** `seq` of the first of them. */
  readonly firstSeq: number;
  /** The entries of each labelled document that is open. */
  readonly shelves: readonly (readonly Entry[])[];
  /** Labelled entries that came with pages of the past. */
  readonly past: readonly Entry[];
}

/**
 * All entries of a lane in the order they are read. A labelled entry whose surroundings are not loaded waits
 * until they are; one from the past is shown only while a document of just its resources is open.
 */
export function mergeLane({ own, firstSeq, shelves, past }: LaneParts): readonly Entry[] {
  const open = new Set(shelves.flatMap(([entry]) => (entry === undefined ? [] : [shelfOf(entry)])));
  const labelled = new Map<string, Entry>();
  for (const entry of past) if (open.has(shelfOf(entry))) labelled.set(entry.id, entry);
  for (const entry of shelves.flat()) labelled.set(entry.id, entry);
  const shown = [...labelled.values()].filter((entry) => firstSeq <= 1 || placeOf(entry) >= firstSeq);
  return shown.length === 0 ? own : [...own, ...shown].sort(inOrder);
}
