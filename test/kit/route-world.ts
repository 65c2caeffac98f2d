import { ProviderSlots } from '@parley/server/adapters/model/provider-slots';
import { RetryBudgets } from '@parley/server/adapters/model/retry-budgets';
import { RoutedModel, type RouteDeps } from '@parley/server/adapters/model/routed-model';
import { TargetHealths, type Target } from '@parley/server/adapters/model/target-healths';
import type { Model, ModelEnd, ModelEvent, ModelFailure, ModelRequest } from '@parley/server/ports/model';
import type { CallKeys } from '@parley/server/ports/provider-keys';
import { TestClock } from './clock.ts';

/** What a target does with one call. */
export interface Behaviour {
  readonly pieces?: readonly string[];
  readonly end?: ModelEnd;
}

export function failing(failure: ModelFailure, pieces: readonly string[] = [], retryAfterMs?: number): Behaviour {
  const end: ModelEnd = { reason: 'failed', class: failure, detail: 'as told' };
  return { pieces, end: retryAfterMs === undefined ? end : { ...end, retryAfterMs } };
}

/** A target whose n-th call does what a function of n says; it counts its calls, and what it was asked. */
export class PlayedTarget implements Target {
  readonly provider: Target['provider'];
  readonly key: string;
  readonly model: Model;
  calls = 0;
  readonly #behave: (call: number) => Behaviour;

  constructor(name: string, behave: (call: number) => Behaviour, key = name) {
    this.provider = { provider: name, model: `${name}-model` };
    this.key = key;
    this.#behave = behave;
    this.model = { name, saysReady: true, stream: (_request, signal) => this.#stream(signal) };
  }

  async *#stream(signal: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
    yield { type: 'ready' };
    if (signal.aborted)
      return yield { type: 'end', end: { reason: 'failed', class: 'aborted', detail: '', asked: false } };
    this.calls += 1;
    const { pieces = [], end = answered(this.provider.model, pieces.length) } = this.#behave(this.calls);
    for (const text of pieces) {
      if (signal.aborted) break;
      yield { type: 'text', text };
    }
    yield { type: 'end', end: signal.aborted ? { reason: 'failed', class: 'aborted', detail: '' } : end };
  }
}

/** Nobody brought one. */
const SERVERS_ONLY: CallKeys = { forCall: async () => [{ of: 'server' }] };

/** A route over such targets, with a clock whose pauses pass by themselves. */
export class RouteWorld {
  readonly clock = new TestClock();
  readonly healths = new TargetHealths(this.clock);
  readonly slots = new ProviderSlots(this.clock);
  /** Every pause that the route made, in milliseconds. */
  readonly pauses: number[] = [];
  readonly deps: RouteDeps;

  constructor(random: () => number = () => 0.5, keys: CallKeys = SERVERS_ONLY) {
    const { clock, healths } = this;
    const passing = {
      now: () => clock.now(),
      after: (ms: number, task: () => void) => {
        this.pauses.push(ms);
        const cancel = clock.after(ms, task);
        queueMicrotask(() => clock.advance(ms));
        return cancel;
      },
    };
    this.deps = { clock: passing, healths, budgets: new RetryBudgets(clock), slots: this.slots, random, keys };
  }

  route(...targets: readonly Target[]): RoutedModel {
    return new RoutedModel('routed', targets, this.deps);
  }
}

/** What somebody who reads along ends up with: what was said since the last `again`. */
export function readAlong(events: readonly ModelEvent[]): string {
  return events.reduce((text, event) => {
    if (event.type === 'again') return '';
    return event.type === 'text' ? text + event.text : text;
  }, '');
}

export async function played(
  model: Model,
  request: ModelRequest,
  signal = new AbortController().signal,
): Promise<{ readonly events: readonly ModelEvent[]; readonly end: ModelEnd; readonly text: string }> {
  const events = await Array.fromAsync(model.stream(request, signal));
  const last = events.at(-1);
  if (last?.type !== 'end') throw new Error('G1: a stream ends with an end');
  return { events, end: last.end, text: readAlong(events) };
}

function answered(model: string, outputTokens: number): ModelEnd {
  return { reason: 'stop', usage: { model, inputTokens: 10, cachedTokens: 0, outputTokens } };
}
