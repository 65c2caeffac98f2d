import type { TargetState } from '../../core/calling/next-call.ts';
import { restOf, stateOf, UNKNOWN, whenBack, whenCalled, type TargetHealth } from '../../core/calling/target-health.ts';
import type { Model, ModelEnd, Provider } from '../../ports/model.ts';
import type { Caching } from '../../core/warming/worth-warming.ts';
import type { Clock } from '../../ports/system.ts';

/** One way to a model: a provider, its name of the model, and a key. */
export interface Target {
  readonly provider: Provider;
  /** Names the key without being it: targets with the same one cool together. */
  readonly key: string;
  readonly model: Model;
  /** The same with somebody's own key; absent where none is taken. */
  readonly withKey?: (secret: string) => Model;
  /** What the operator said of its provider's cache. */
  readonly caching?: Caching;
}

/** Keys that people bring are theirs to change: of so many targets and keys, whichever was not called for longest is forgotten. */
const MOST = 10_000;

/** A call that is under way; disposing of it without an end says nothing about its target. */
export interface CallOnTarget extends Disposable {
  ended(end: ModelEnd): void;
}

/** How every target of every route stands: routes that share one share what is known of it (G3). */
export class TargetHealths {
  readonly #clock: Clock;
  readonly #targets = new Map<string, TargetHealth>();
  readonly #keys = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  stateOf(target: Target): TargetState {
    return stateOf(this.#healthOf(target), this.#keys.get(keyOf(target)) ?? 0, this.#clock.now());
  }

  /** When it was last called; zero when never. */
  calledAt(target: Target): number {
    return this.#healthOf(target).calledAt;
  }

  call(target: Target): CallOnTarget {
    keep(this.#targets, idOf(target), whenCalled(this.#healthOf(target), this.#clock.now()));
    let over = false;
    const ended = (end: ModelEnd): void => {
      if (over) return;
      over = true;
      this.#back(target, end);
    };
    const left: ModelEnd = { reason: 'failed', class: 'aborted', detail: '' };
    return { ended, [Symbol.dispose]: () => ended(left) };
  }

  #back(target: Target, end: ModelEnd): void {
    const now = this.#clock.now();
    const failure = end.reason === 'failed' ? end.class : null;
    keep(this.#targets, idOf(target), whenBack(this.#healthOf(target), failure, now));
    const rest = end.reason === 'failed' ? restOf(end.class, end.retryAfterMs ?? null) : 0;
    if (rest > 0) keep(this.#keys, keyOf(target), now + rest);
    else if (failure === null) this.#keys.delete(keyOf(target));
  }

  #healthOf(target: Target): TargetHealth {
    return this.#targets.get(idOf(target)) ?? UNKNOWN;
  }
}

function keep<T>(map: Map<string, T>, id: string, value: T): void {
  map.delete(id);
  map.set(id, value);
  const [oldest] = map.keys();
  if (map.size > MOST && oldest !== undefined) map.delete(oldest);
}

function keyOf({ provider, key }: Target): string {
  return JSON.stringify([provider.provider, key]);
}

function idOf({ provider, key }: Target): string {
  return JSON.stringify([provider.provider, provider.model, key]);
}
