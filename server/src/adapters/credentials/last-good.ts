import type { Clock, Log } from '../../ports/system.ts';

export interface LastGoodDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Of so many things; whoever was not asked about for longest is forgotten first. */
const MOST = 10_000;
/** A store that takes longer does not answer, as far as a turn is concerned. */
const PATIENCE_MS = 1_000;

/** What a store said last, for while it does not answer: a turn never fails because of what is known already. */
export class LastGood<T> {
  readonly #deps: LastGoodDeps;
  readonly #what: string;
  readonly #known = new Map<string, T>();

  /** @param what names the store in the log */
  constructor(what: string, deps: LastGoodDeps) {
    this.#what = what;
    this.#deps = deps;
  }

  /** Never rejects: what the store says, else what it said last, else `otherwise`. */
  async read(id: string, from: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      const value = await this.#inTime(from);
      this.keep(id, value);
      return value;
    } catch (error) {
      this.#deps.log.error('snapshot.store-unreachable', {
        what: this.#what,
        known: this.#known.has(id),
        error: error instanceof Error ? error.name : 'unknown',
      });
      return this.#known.get(id) ?? otherwise;
    }
  }

  keep(id: string, value: T): void {
    this.#known.delete(id);
    this.#known.set(id, value);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
  }

  #inTime(from: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const cancel = this.#deps.clock.after(PATIENCE_MS, () => reject(new DOMException('too late', 'TimeoutError')));
    from().then(resolve, reject).finally(cancel);
    return promise;
  }
}
