/** Colours of people: each readable as a mark on white and on near-black. */
const PALETTE = ['#d1495b', '#c2691d', '#8f7a00', '#4a8f29', '#1f9077', '#1f83b8', '#5b6fe0', '#8d5bd1', '#b84aa5', '#a0684b'] as const;

/** The colour of a person, the same everywhere and always. */
export function colorOf(user: string): string {
  let hash = 0;
  for (const char of user) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) >>> 0;
  return PALETTE[hash % PALETTE.length] ?? PALETTE[0];
}
