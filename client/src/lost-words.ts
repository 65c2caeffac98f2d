import { DRAFT, NOTES } from '@parley/shared/documents';
import type * as Y from 'yjs';

/**
 * The lines that `mine` has and `theirs` has not, as they stand in `mine`. Whole lines, because a few
 * letters without their sentence help nobody; a line that was only moved is not lost.
 */
export function lostLines(mine: string, theirs: string): string {
  const there = new Map<string, number>();
  for (const line of theirs.split('\n')) there.set(line, (there.get(line) ?? 0) + 1);
  const lost = mine.split('\n').filter((line) => {
    const left = there.get(line) ?? 0;
    if (left > 0) there.set(line, left - 1);
    return left === 0 && line.trim() !== '';
  });
  return lost.join('\n');
}

/** The texts of a workspace that hold people's words. */
export function wordsOf(doc: Y.Doc): readonly string[] {
  return [NOTES, DRAFT].map((name) => doc.getText(name).toString());
}

/** What is only in `mine`, text by text; null when nothing is. */
export function lostWords(mine: readonly string[], theirs: readonly string[]): string | null {
  return joinWords(mine.map((text, index) => lostLines(text, theirs[index] ?? '')));
}

/** null and empty parts are nothing. */
export function joinWords(parts: readonly (string | null)[]): string | null {
  return parts.filter(Boolean).join('\n\n') || null;
}
