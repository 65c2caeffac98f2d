/** Longest display name, in code points. */
const LONGEST = 80;

/**
 * A display name as it may stand in a line of text (R13, C8): one line, no control, bidirectional,
 * zero-width or tag characters, at most 80 characters. Empty when nothing is left.
 */
export function cleanName(raw: string): string {
  const line = raw
    .replace(/[\p{Z}\s]+/gu, ' ')
    .replace(/\p{C}+/gu, '')
    .trim();
  return [...line].slice(0, LONGEST).join('').trim();
}
