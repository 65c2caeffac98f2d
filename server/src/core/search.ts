import type { Entry } from '@parley/shared/entry';

/** The words of a question, each once, as they are compared. */
export function wordsOf(q: string): readonly string[] {
  return [...new Set(folded(q).split(/\s+/u))].filter((word) => word !== '');
}

/**
 * Entries that contain all of the words, newest first, at most `limit`. It is handed what its asker may read and
 * nothing else, so what they may not read takes nobody's place (R3).
 */
export function search(readable: readonly Entry[], q: string, limit: number): readonly Entry[] {
  const words = wordsOf(q);
  if (words.length === 0) return [];
  const found = readable.filter(({ text }) => containsAll(folded(text), words));
  return found.toSorted(newestFirst).slice(0, limit);
}

/** Like {@link search}, among what a model may be sent: words that people said off the record are not (T10). */
export function searchForModel(readable: readonly Entry[], q: string, limit: number): readonly Entry[] {
  return search(
    readable.filter(({ kind, offRecord }) => SAID.has(kind) && offRecord !== true),
    q,
    limit,
  );
}

const SAID: ReadonlySet<Entry['kind']> = new Set(['message', 'prompt', 'answer']);

function containsAll(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word));
}

function newestFirst(a: Entry, b: Entry): number {
  return b.at - a.at || (a.id < b.id ? -1 : 1);
}

/** Letters that people take for the same compare as the same: compatibility forms, and upper and lower case. */
function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
