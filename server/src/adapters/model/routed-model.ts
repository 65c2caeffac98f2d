import type { ModelFailure } from '../../core/calling/model-failure.ts';
import { nextCall, type NextCall, type Tried } from '../../core/calling/next-call.ts';
import type { Caching } from '../../core/warming/worth-warming.ts';
import type { Model, ModelEnd, ModelEvent, ModelRequest, Provider } from '../../ports/model.ts';
import type { Clock } from '../../ports/system.ts';
import type { CallKeys } from '../../ports/provider-keys.ts';
import { keyedTargets } from './keyed-targets.ts';
import { pause } from './pause.ts';
import type { ProviderSlots } from './provider-slots.ts';
import type { RetryBudgets } from './retry-budgets.ts';
import type { Target, TargetHealths } from './target-healths.ts';

export interface RouteDeps {
  readonly healths: TargetHealths;
  readonly budgets: RetryBudgets;
  readonly slots: ProviderSlots;
  readonly keys: CallKeys;
  readonly clock: Clock;
  /** 0 ≤ random() < 1 */
  readonly random: () => number;
}

/** What became of one call of one target. */
interface Came {
  readonly end: ModelEnd;
  readonly spoke: boolean;
}

/**
 * One model that people see, behind it the targets that may answer as it, best first (G2, G3). The only retry loop
 * there is; what it decides is decided in `core/calling`. What a failed target said is void: `again` says so, and the
 * next one begins anew.
 */
export class RoutedModel implements Model {
  readonly name: string;
  readonly saysReady: boolean;
  /** Hosts that its calls may go to. */
  readonly providers: readonly string[];
  readonly #targets: readonly Target[];
  readonly #deps: RouteDeps;

  /** @param targets at least one */
  constructor(name: string, targets: readonly Target[], deps: RouteDeps) {
    this.name = name;
    this.saysReady = targets.every(({ model }) => model.saysReady === true);
    this.providers = targets.map(({ provider }) => provider.provider);
    this.#targets = targets;
    this.#deps = deps;
  }

  /** That of whoever is called first: a warm-up goes nowhere else. */
  cachingOf(): Caching | undefined {
    return this.#targets[0]?.caching;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
    const { budgets, clock, keys } = this.#deps;
    const tried: Tried[] = [];
    budgets.count(request.caller, 'first');
    const targets = await keyedTargets(this.#targets, request.caller, keys);
    for (let next = this.#next(targets, tried, request); next.kind === 'call';) {
      const target = targetAt(targets, next.target);
      if (next.waitMs > 0) await pause(clock, next.waitMs, signal);
      const { end, spoke } = yield* this.#call(target, request, signal);
      if (end.reason !== 'failed') return yield { type: 'end', end, from: target.provider };
      tried.push({ target: next.target, failure: end.class, spoke, retryAfterMs: end.retryAfterMs ?? null });
      const over = signal.aborted || request.background === 'warmup';
      next = over ? { kind: 'give-up' } : this.#next(targets, tried, request);
      if (next.kind === 'give-up') return yield { type: 'end', end, from: target.provider };
      budgets.count(request.caller, 'extra');
      yield again(end.class, target.provider);
    }
  }

  async *#call(
    target: Target,
    request: ModelRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ModelEvent, Came, undefined> {
    const { healths, slots } = this.#deps;
    using slot = await slots.enter(placesOf(target), request, signal);
    if (slot === null) return { end: { reason: 'failed', class: 'aborted', detail: '', asked: false }, spoke: false };
    using call = healths.call(target);
    let spoke = false;
    const ending = slot.cut === null ? signal : AbortSignal.any([signal, slot.cut]);
    for await (const event of target.model.stream(request, ending)) {
      if (event.type === 'end') {
        call.ended(event.end);
        slot.ended(event.end);
        return { end: event.end, spoke };
      }
      if (!spoke && event.type === 'text') slot.spoke();
      spoke ||= event.type === 'text';
      yield event;
    }
    throw new Error('must: G1: a model stream ends with an end event');
  }

  #next(among: readonly Target[], tried: readonly Tried[], { caller }: ModelRequest): NextCall {
    const { healths, budgets, clock, random } = this.#deps;
    return nextCall({
      targets: among.map((target) => healths.stateOf(target)),
      tried,
      affords: budgets.affords(caller),
      now: clock.now(),
      random: random(),
    });
  }
}

function targetAt(targets: readonly Target[], index: number): Target {
  const target = targets[index];
  if (target === undefined) throw new Error('must: a route has the target that was chosen');
  return target;
}

/** One provider's places are for everybody; whoever brings a key has the places that go with it. */
function placesOf({ provider: { provider, keyOf }, key }: Target): string {
  return keyOf === undefined || keyOf === 'server' ? provider : `${provider} ${key}`;
}

function again(failed: ModelFailure, from: Provider): ModelEvent {
  return { type: 'again', failed, from };
}
