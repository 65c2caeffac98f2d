import { called, CLOSED, lets, told, untold, works, type Breaker } from './breaker.ts';
import type { ModelFailure } from './model-failure.ts';
import type { TargetState } from './next-call.ts';

/** What is known of a target: its breaker, and until when its key is not used. */
export interface TargetHealth {
  readonly breaker: Breaker;
  readonly calledAt: number;
}

/** A key that is told to wait without being told for how long. */
const COOL_MS = 10_000;
const LONGEST_COOL_MS = 300_000;
/** A key that is not accepted will not be in the next seconds either. */
const REFUSED_MS = 60_000;

export const UNKNOWN: TargetHealth = { breaker: CLOSED, calledAt: 0 };

export function stateOf({ breaker }: TargetHealth, coolUntil: number, now: number): TargetState {
  const opensAt = breaker.kind === 'closed' ? 0 : breaker.until;
  return { lets: lets(breaker, now), works: works(breaker), coolUntil, readyAt: Math.max(opensAt, coolUntil) };
}

export function whenCalled({ breaker }: TargetHealth, now: number): TargetHealth {
  return { breaker: called(breaker, now), calledAt: now };
}

/** `failure` is null for an answer. */
export function whenBack(health: TargetHealth, failure: ModelFailure | null, now: number): TargetHealth {
  return { ...health, breaker: breakerAfter(health.breaker, failure, now) };
}

function breakerAfter(breaker: Breaker, failure: ModelFailure | null, now: number): Breaker {
  switch (failure) {
    case null:
      return told(breaker, true, now);
    case 'server':
    case 'network':
    case 'stall':
      return told(breaker, false, now);
    case 'aborted':
    case 'auth':
    case 'rate':
    case 'request':
    case 'runaway':
      return untold(breaker, now);
  }
}

/** How long a key rests after this failure; zero when it is not to blame (G2). */
export function restOf(failure: ModelFailure, retryAfterMs: number | null): number {
  if (failure === 'auth') return REFUSED_MS;
  return failure === 'rate' ? Math.min(retryAfterMs ?? COOL_MS, LONGEST_COOL_MS) : 0;
}
