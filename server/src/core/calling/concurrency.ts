/** How many calls a provider is given at once (G8): a little more while that goes well, half as many when it does not. */
export interface Concurrency {
  readonly limit: number;
  /** First-token time in milliseconds, as it usually is and as it was lately; null before the first. */
  readonly usualMs: number | null;
  readonly latelyMs: number | null;
  /** When it was last halved. */
  readonly halvedAt: number;
}

export const FRESH: Concurrency = { limit: 64, usualMs: null, latelyMs: null, halvedAt: Number.NEGATIVE_INFINITY };
const LEAST = 2;
const MOST = 1_024;
/** What a halving brought shows only after a while. */
const SETTLE_MS = 5_000;
/** Slower than usual by so much is a sign that the provider queues. */
const SLOW_FACTOR = 2;
const SLOW_MS = 1_000;
const USUAL_WEIGHT = 0.02;
const LATELY_WEIGHT = 0.3;

export function places({ limit }: Concurrency): number {
  return Math.floor(limit);
}

/** A call showed its first text after so long. */
export function spoke(state: Concurrency, firstMs: number, now: number): Concurrency {
  const usualMs = mixed(state.usualMs, firstMs, USUAL_WEIGHT);
  const latelyMs = mixed(state.latelyMs, firstMs, LATELY_WEIGHT);
  const seen = { ...state, usualMs, latelyMs };
  const slow = latelyMs > usualMs * SLOW_FACTOR && latelyMs > usualMs + SLOW_MS;
  return slow ? halved(seen, now) : { ...seen, limit: Math.min(MOST, seen.limit + 1 / seen.limit) };
}

/** The provider said that it is too much. */
export function refused(state: Concurrency, now: number): Concurrency {
  return halved(state, now);
}

function halved(state: Concurrency, now: number): Concurrency {
  if (now - state.halvedAt < SETTLE_MS) return state;
  return { ...state, limit: Math.max(LEAST, state.limit / 2), halvedAt: now };
}

function mixed(before: number | null, value: number, weight: number): number {
  return before === null ? value : before + (value - before) * weight;
}
