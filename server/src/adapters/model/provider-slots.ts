import { FRESH, places, refused, spoke, type Concurrency } from '../../core/calling/concurrency.ts';
import { isUrgent, joined, left, NOBODY, taken, type FairQueue } from '../../core/calling/fair-queue.ts';
import { tenantKey } from '../../core/tenant.ts';
import type { ModelEnd, ModelRequest } from '../../ports/model.ts';
import type { Clock } from '../../ports/system.ts';

/** A place at a provider; disposing of it gives it to whoever is next. */
export interface Slot extends Disposable {
  /** Of a call that nobody waits for: fires when it has to give way to one that somebody waits for (G9). */
  readonly cut: AbortSignal | null;
  /** The first text came. */
  spoke(): void;
  ended(end: ModelEnd): void;
}

interface Provider {
  concurrency: Concurrency;
  queue: FairQueue;
  running: number;
  /** Those of them that nobody waits for, the newest last. */
  readonly background: Set<AbortController>;
}

const CHARS_PER_TOKEN = 4;
/** Beyond so many, those where nobody is are forgotten. */
const MANY = 1_000;

/** Shares the places of each provider out between tenants and their rooms (G8). */
export class ProviderSlots {
  readonly #clock: Clock;
  readonly #providers = new Map<string, Provider>();
  readonly #wakes = new Map<number, () => void>();
  #lastId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when there is a place; null when the signal fired before. */
  async enter(name: string, request: ModelRequest, signal: AbortSignal): Promise<Slot | null> {
    const provider = this.#provider(name);
    const background = request.background !== undefined;
    const first = background ? provider.queue.waiting.length === 0 : !isUrgent(provider.queue);
    const free = first && hasPlace(provider, background);
    if (free) provider.running += 1;
    else if (!(await this.#turn(provider, request, signal))) return null;
    return this.#slot(provider, background);
  }

  /** How many wait at a provider. */
  waiting(name: string): number {
    return this.#provider(name).queue.waiting.length;
  }

  /** Waits; whoever wakes it has taken the place for it. */
  #turn(provider: Provider, request: ModelRequest, signal: AbortSignal): Promise<boolean> {
    const id = (this.#lastId += 1);
    const background = request.background !== undefined;
    provider.queue = joined(provider.queue, { id, cost: costOf(request), background, ...callerOf(request) });
    if (!background) cutOne(provider);
    return new Promise((resolve) => {
      const over = (mine: boolean): void => {
        signal.removeEventListener('abort', gone);
        this.#wakes.delete(id);
        resolve(mine);
      };
      const gone = (): void => {
        provider.queue = left(provider.queue, id);
        over(false);
      };
      this.#wakes.set(id, () => over(true));
      signal.addEventListener('abort', gone, { once: true });
      if (signal.aborted) gone();
    });
  }

  #slot(provider: Provider, background: boolean): Slot {
    const since = this.#clock.now();
    const cutting = background ? new AbortController() : null;
    if (cutting !== null) provider.background.add(cutting);
    let open = true;
    return {
      cut: cutting?.signal ?? null,
      spoke: () => {
        const now = this.#clock.now();
        provider.concurrency = spoke(provider.concurrency, now - since, now);
      },
      ended: (end) => {
        if (end.reason === 'failed' && end.class === 'rate')
          provider.concurrency = refused(provider.concurrency, this.#clock.now());
      },
      [Symbol.dispose]: () => {
        if (cutting !== null) provider.background.delete(cutting);
        if (open) this.#leave(provider);
        open = false;
      },
    };
  }

  /** What is known of keys that people brought and that nobody uses now is not kept without bound. */
  #forgetIdle(): void {
    for (const [name, { running, queue }] of this.#providers)
      if (running === 0 && queue.waiting.length === 0) this.#providers.delete(name);
  }

  #leave(provider: Provider): void {
    provider.running -= 1;
    for (;;) {
      const next = taken(provider.queue);
      if (next === null || !hasPlace(provider, next.call.background)) return;
      provider.queue = next.queue;
      provider.running += 1;
      this.#wakes.get(next.call.id)?.();
    }
  }

  /** There are as many as the operator named, and one for each key that somebody brought. */
  #provider(name: string): Provider {
    if (this.#providers.size >= MANY) this.#forgetIdle();
    const known = this.#providers.get(name) ?? { concurrency: FRESH, queue: NOBODY, running: 0, background: new Set() };
    this.#providers.set(name, known);
    return known;
  }
}

/** Calls that nobody waits for get half of the places, so that most people never have to push one out. */
function hasPlace({ running, concurrency }: Provider, background: boolean): boolean {
  const all = places(concurrency);
  return running < (background ? Math.ceil(all / 2) : all);
}

/** Somebody waits: the newest call that nobody waits for, which has come the least far, makes room. */
function cutOne({ background }: Provider): void {
  const newest = [...background].findLast(({ signal }) => !signal.aborted);
  newest?.abort();
}

function callerOf({ caller }: ModelRequest): { readonly tenant: string; readonly room: string } {
  return caller === null ? { tenant: '', room: '' } : { tenant: tenantKey(caller.tenant), room: caller.room };
}

/** Near enough: it decides who goes first, and nobody pays by it. */
function costOf({ messages, maxOutputTokens }: ModelRequest): number {
  const chars = messages.reduce((sum, { content }) => sum + content.length, 0);
  return Math.ceil(chars / CHARS_PER_TOKEN) + maxOutputTokens;
}
