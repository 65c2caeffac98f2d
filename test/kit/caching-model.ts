import type { Caching } from '@parley/server/core/warming/worth-warming';
import type { Model, ModelEnd, ModelEvent, ModelRequest } from '@parley/server/ports/model';
import { toldToCite, type Summary } from './summing-model.ts';

/** A model whose provider says how much it read from its cache, and that keeps what it was asked, warm-ups apart. */
export class CachingModel implements Model {
  readonly name = 'caching';
  readonly turns: ModelRequest[] = [];
  readonly warmups: ModelRequest[] = [];
  /** Whether each warm-up was given up. */
  readonly aborted: boolean[] = [];
  cachedTokens = 80;
  answer = `An answer of some length. ${'More of it. '.repeat(60)}`;
  warmupEnd: ModelEnd | null = null;
  /** What it says when it is asked for a digest; as for anything else when absent. */
  digest: Summary | null = null;
  caching: Caching | undefined;
  #held: Promise<void> | null = null;

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
    const isWarmup = request.background === 'warmup';
    const isDigest = request.background === 'digest';
    if (!isDigest) (isWarmup ? this.warmups : this.turns).push(structuredClone(request));
    if (isWarmup) return yield* this.#warmUp(signal);
    const text = isDigest ? this.digest?.(toldToCite(request), request) : this.answer;
    yield { type: 'text', text: text ?? this.answer };
    const usage = { model: this.name, inputTokens: 100, cachedTokens: this.cachedTokens, outputTokens: 20 };
    yield { type: 'end', end: { reason: 'stop', usage } };
  }

  cachingOf(): Caching | undefined {
    return this.caching;
  }

  /** Warm-ups wait until the result is called, or their signal fires. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return () => {
      this.#held = null;
      resolve();
    };
  }

  async *#warmUp(signal: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
    if (this.#held !== null) await Promise.race([this.#held, fired(signal)]);
    this.aborted.push(signal.aborted);
    if (signal.aborted) return yield { type: 'end', end: { reason: 'failed', class: 'aborted', detail: '' } };
    const usage = { model: this.name, inputTokens: 1_500, cachedTokens: 0, outputTokens: 1 };
    yield { type: 'end', end: this.warmupEnd ?? { reason: 'length', usage } };
  }
}

function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
