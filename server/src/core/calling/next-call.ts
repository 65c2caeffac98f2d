import type { ModelFailure } from './model-failure.ts';

/** How a target of a route stands right now. */
export interface TargetState {
  /** Its breaker lets a call through. */
  readonly lets: boolean;
  /** As far as is known, it answers. */
  readonly works: boolean;
  /** Its key was told to wait, or is not accepted: until then. */
  readonly coolUntil: number;
  /** When it may be called again, for the case that none may now. */
  readonly readyAt: number;
}

/** A call of this route that ended without an answer. */
export interface Tried {
  /** Index in the route. */
  readonly target: number;
  readonly failure: ModelFailure;
  /** Some of its text was shown. */
  readonly spoke: boolean;
  readonly retryAfterMs: number | null;
}

export type NextCall =
  | { readonly kind: 'call'; readonly target: number; readonly waitMs: number }
  | { readonly kind: 'give-up' };

export interface Situation {
  /** In the operator's order; not empty. */
  readonly targets: readonly TargetState[];
  readonly tried: readonly Tried[];
  /** Whether the tenant may have one more extra call (G2). */
  readonly affords: boolean;
  readonly now: number;
  /** 0 ≤ random < 1 */
  readonly random: number;
}

/** Nobody waits longer for a provider that says when to come back. */
const MOST_WAIT_MS = 5_000;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 500;
/** Asking anybody the same again would not help, or nobody waits for an answer. */
const FINAL: ReadonlySet<ModelFailure> = new Set(['aborted', 'request', 'runaway']);
const GIVE_UP: NextCall = { kind: 'give-up' };

/**
 * G2: who is called next. Before any text the same target once more, after a pause; then the next one. After some
 * text the next one at once. A mistake of ours is never repeated, and extra calls have a budget, except that a call
 * which met a broken target may move to one that works.
 */
export function nextCall(situation: Situation): NextCall {
  const { tried, affords } = situation;
  const last = tried.at(-1);
  if (last === undefined) return call(first(situation));
  if (FINAL.has(last.failure)) return GIVE_UP;
  const again = sameOnce(situation, last);
  const other = untried(situation);
  if (other !== null && isOpen(situation, last.target) && worksNow(situation, other)) return call(other);
  if (!affords) return GIVE_UP;
  if (again !== null && (isTransient(last) || other === null)) return call(last.target, again);
  return other === null ? GIVE_UP : call(other);
}

/** The first that may be called; when none may, the one that may be soonest (G3). */
function first({ targets, now }: Situation): number {
  const ready = targets.findIndex(({ lets, coolUntil }) => lets && coolUntil <= now);
  return ready >= 0 ? ready : soonest(targets, [...targets.keys()]);
}

function untried(situation: Situation): number | null {
  const { targets, tried } = situation;
  const left = [...targets.keys()].filter((index) => !tried.some(({ target }) => target === index));
  const ready = left.find((index) => isReady(situation, index));
  return ready ?? (left.length === 0 ? null : soonest(targets, left));
}

function soonest(targets: readonly TargetState[], among: readonly number[]): number {
  const readyAt = (index: number): number => targets[index]?.readyAt ?? Number.POSITIVE_INFINITY;
  return among.reduce((best, index) => (readyAt(index) < readyAt(best) ? index : best));
}

/** How long to wait before the target that just failed is called a second time; null when it is not. */
function sameOnce(situation: Situation, last: Tried): number | null {
  const { tried, random } = situation;
  const often = tried.filter(({ target }) => target === last.target).length;
  const told = last.retryAfterMs ?? 0;
  if (often > 1 || last.failure === 'auth' || told > MOST_WAIT_MS) return null;
  return Math.max(told, SHORTEST_PAUSE_MS + random * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
}

/** A failure that a second call of the same target often mends, before anybody has seen anything. */
function isTransient({ failure, spoke }: Tried): boolean {
  return !spoke && (failure === 'server' || failure === 'network');
}

function isOpen({ targets }: Situation, index: number): boolean {
  return targets[index]?.lets === false;
}

function isReady({ targets, now }: Situation, index: number): boolean {
  const target = targets[index];
  return target !== undefined && target.lets && target.coolUntil <= now;
}

function worksNow(situation: Situation, index: number): boolean {
  return isReady(situation, index) && situation.targets[index]?.works === true;
}

function call(target: number, waitMs = 0): NextCall {
  return { kind: 'call', target, waitMs };
}
