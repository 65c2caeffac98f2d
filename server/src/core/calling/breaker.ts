/**
 * Whether a target answers (G3), as one state for each provider, model and key. Closed: calls go through and are
 * counted. Open: it failed too often, and nobody calls it until `until`. Probing: one call finds out.
 */
export type Breaker = ClosedBreaker | OpenBreaker | ProbingBreaker;
interface ClosedBreaker {
  readonly kind: 'closed';
  /** The newest outcomes, oldest first. */
  readonly seen: readonly Outcome[];
}
interface OpenBreaker {
  readonly kind: 'open';
  readonly until: number;
  /** How often in a row it opened. */
  readonly trips: number;
}
interface ProbingBreaker {
  readonly kind: 'probing';
  /** From then on somebody else may try: whoever probes may have gone away. */
  readonly until: number;
  readonly trips: number;
}
interface Outcome {
  readonly at: number;
  readonly good: boolean;
}

/** Outcomes that are older say nothing about now. */
const WINDOW_MS = 30_000;
/** Fewer say nothing at all. */
const LEAST = 5;
const MOST = 40;
const BAD_SHARE = 0.5;
const FIRST_REST_MS = 10_000;
const LONGEST_REST_MS = 300_000;
const PROBE_MS = 60_000;

export const CLOSED: Breaker = { kind: 'closed', seen: [] };

export function lets(breaker: Breaker, now: number): boolean {
  return breaker.kind === 'closed' || now >= breaker.until;
}

/** Whether it answers, as far as anybody knows: not even a quarter of the newest calls failed. */
export function works(breaker: Breaker): boolean {
  return breaker.kind === 'closed' && failuresIn(breaker.seen) * 4 <= breaker.seen.length;
}

/** A call goes out. */
export function called(breaker: Breaker, now: number): Breaker {
  if (breaker.kind === 'closed' || !lets(breaker, now)) return breaker;
  return { kind: 'probing', until: now + PROBE_MS, trips: breaker.trips };
}

/** A call came back, well or badly. */
export function told(breaker: Breaker, good: boolean, now: number): Breaker {
  switch (breaker.kind) {
    case 'closed':
      return counted([...breaker.seen.filter(({ at }) => now - at < WINDOW_MS), { at: now, good }].slice(-MOST), now);
    case 'open':
      // One that was called for want of a better one.
      return good ? recovered(now) : breaker;
    case 'probing':
      return good ? recovered(now) : opened(breaker.trips + 1, now);
  }
}

/** A call came back that says nothing about its target: the next one finds out instead. */
export function untold(breaker: Breaker, now: number): Breaker {
  return breaker.kind === 'probing' ? { kind: 'open', until: now, trips: breaker.trips } : breaker;
}

function counted(seen: readonly Outcome[], now: number): Breaker {
  return seen.length >= LEAST && failuresIn(seen) >= seen.length * BAD_SHARE
    ? opened(1, now)
    : { kind: 'closed', seen };
}

/** It answered once: that it did not before is not forgotten with it. */
function recovered(now: number): Breaker {
  return {
    kind: 'closed',
    seen: [
      { at: now, good: false },
      { at: now, good: true },
    ],
  };
}

function failuresIn(seen: readonly Outcome[]): number {
  return seen.filter(({ good }) => !good).length;
}

function opened(trips: number, now: number): Breaker {
  return { kind: 'open', until: now + Math.min(FIRST_REST_MS * 2 ** (trips - 1), LONGEST_REST_MS), trips };
}
