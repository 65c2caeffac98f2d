import type { Entry } from '@parley/shared/entry';
import { placeOf } from '../entry-order.ts';
import { startOfDay } from './format.ts';

/** One row of a transcript on screen. */
export type Row =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'new'; readonly key: string }
  | { readonly kind: 'entry'; readonly key: string; readonly entry: Entry; readonly continued: boolean };

const TOGETHER_MS = 5 * 60_000;

/**
 * Entries with the marks between them: a day where a new one begins, and "new since you left" before the
 * first entry after `lastSeen` that somebody else wrote (null: no mark).
 */
export function timeline(entries: readonly Entry[], lastSeen: number | null, you: string | null): readonly Row[] {
  const rows: Row[] = [];
  let previous: Entry | null = null;
  let marked = lastSeen === null;
  for (const entry of entries) {
    const newDay = previous === null || startOfDay(previous.at) !== startOfDay(entry.at);
    if (newDay) rows.push({ kind: 'day', key: `day:${startOfDay(entry.at)}`, at: entry.at });
    const isNew = !marked && lastSeen !== null && placeOf(entry) > lastSeen && entry.author.id !== you;
    if (isNew) rows.push({ kind: 'new', key: 'new' });
    marked ||= isNew;
    rows.push({ kind: 'entry', key: entry.id, entry, continued: !newDay && !isNew && continues(previous, entry) });
    previous = entry;
  }
  return rows;
}

/** Messages that one person writes in one go share a face and a name. */
function continues(previous: Entry | null, entry: Entry): boolean {
  if (previous === null || previous.kind !== 'message' || entry.kind !== 'message') return false;
  return previous.author.id === entry.author.id && entry.at - previous.at < TOGETHER_MS;
}
