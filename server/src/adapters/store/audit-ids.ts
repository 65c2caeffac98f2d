/**
 * Numbers of audit lines in one tenant. Lines that everybody with the right may read count in large steps, and a
 * person's private lines stand between them in steps of one: whoever reads along sees numbers that only grow,
 * and nobody can tell from a gap that somebody else did something in private (R9).
 */
const STEP = 1_048_576;

/** How many of the lines that are not private a tenant keeps. */
export const MOST_LINES = 1_000_000;

/** The number after the last line that is not private; 0 when there was none. */
export function nextSharedId(lastShared: number): number {
  return (Math.floor(lastShared / STEP) + 1) * STEP;
}

/** The number of a person's next private line, after their own last one and the last that is not private. */
export function nextPrivateId(lastOwn: number, lastShared: number): number {
  return Math.max(lastOwn, lastShared) + 1;
}

/** Lines up to this number are let go once `id`, of one that is not private, is written; null: none now. */
export function forgottenUpTo(id: number, most = MOST_LINES): number | null {
  const count = id / STEP;
  // Now and then is enough, and costs each line nothing.
  return count > most && count % Math.min(1_024, most) === 0 ? id - most * STEP : null;
}
