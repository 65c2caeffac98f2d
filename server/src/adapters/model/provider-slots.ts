import { FRESH, places, refused, spoke, type Concurrency } from '../../core/calling/concurrency.ts';
import { joined, left, NOBODY, taken, type FairQueue } from '../../core/calling/fair-queue.ts';
import { tenantKey } from '../../core/tenant.ts';
import type { ModelEnd, ModelRequest } from '../../ports/model.ts';
import type { Clock } from '../../ports/system.ts';

/** A place at a provider; disposing of it gives it to whoever is next. */
export interface Slot extends Disposable {
  /** The first text came. */
  spoke(): void;
  ended(end: ModelEnd): void;
}

interface Provider {
  concurrency: Concurrency;
  queue: FairQueue;
  running: number;
}

const CHARS_PER_TOKEN = 4;

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
    const free = provider.queue.waiting.length === 0 && provider.running < places(provider.concurrency);
    if (!free && !(await this.#turn(provider, request, signal))) return null;
    if (free) provider.running += 1;
    return this.#slot(provider);
  }

  /** How many wait at a provider. */
  waiting(name: string): number {
    return this.#provider(name).queue.waiting.length;
  }

  /** Waits; whoever wakes it has taken the place for it. */
  #turn(provider: Provider, request: ModelRequest, signal: AbortSignal): Promise<boolean> {
    const id = (this.#lastId += 1);
    const background = request.purpose === 'digest';
    provider.queue = joined(provider.queue, { id, background, cost: costOf(request), ...callerOf(request) });
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

  #slot(provider: Provider): Slot {
    const since = this.#clock.now();
    let open = true;
    return {
      spoke: () => {
        const now = this.#clock.now();
        provider.concurrency = spoke(provider.concurrency, now - since, now);
      },
      ended: (end) => {
        if (end.reason === 'failed' && end.class === 'rate')
          provider.concurrency = refused(provider.concurrency, this.#clock.now());
      },
      [Symbol.dispose]: () => {
        if (open) this.#leave(provider);
        open = false;
      },
    };
  }

  #leave(provider: Provider): void {
    provider.running -= 1;
    while (provider.running < places(provider.concurrency)) {
      const next = taken(provider.queue);
      if (next === null) return;
      provider.queue = next.queue;
      provider.running += 1;
      this.#wakes.get(next.call.id)?.();
    }
  }

  /** There are as many as the operator named. */
  #provider(name: string): Provider {
    const known = this.#providers.get(name) ?? { concurrency: FRESH, queue: NOBODY, running: 0 };
    this.#providers.set(name, known);
    return known;
  }
}

function callerOf({ caller }: ModelRequest): { readonly tenant: string; readonly room: string } {
  return caller === null ? { tenant: '', room: '' } : { tenant: tenantKey(caller.tenant), room: caller.room };
}

/** Near enough: it decides who goes first, and nobody pays by it. */
function costOf({ messages, maxOutputTokens }: ModelRequest): number {
  const chars = messages.reduce((sum, { content }) => sum + content.length, 0);
  return Math.ceil(chars / CHARS_PER_TOKEN) + maxOutputTokens;
}
