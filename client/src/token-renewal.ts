const AHEAD_MS = 30_000;
/** Also what protects the token endpoint from a person whose own clock runs far ahead. */
const SHORTEST_MS = 10_000;

/** Milliseconds until a token that ends at `expiresAt` should be renewed in band. */
export function renewalDelay(expiresAt: number, now: number): number {
  const left = expiresAt - now;
  return Math.max(SHORTEST_MS, left > 2 * AHEAD_MS ? left - AHEAD_MS : left / 2);
}
