const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/**
 * Milliseconds to wait before attempt `failures + 1`: doubling from 0.1 s to 10 s, of which the upper
 * half is random, so that everybody who lost the same server does not come back in the same moment.
 */
export function retryDelay(failures: number, random: () => number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  return Math.round(full * (0.5 + random() / 2));
}
