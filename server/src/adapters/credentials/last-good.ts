import type { Clock, Log } from '../../ports/system.ts';

export interface LastGoodDeps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Of so many things; whoever was not asked about for longest is forgotten first. */
const MOST = 10_000;
/** A store that takes longer does not answer, as far as a turn is concerned. */
const PATIENCE_MS = 1_000;
/** By this name it is told from one that answers with an error. */
const LATE = 'TimeoutError';

/** What a store is being asked. */
interface Question<T> {
  readonly id: string;
  /** What was decided here while it was asked: its answer may be older. */
  decided: { readonly value: T } | null;
}

/** What a store said last, for while it does not answer: a turn never fails because of what is known already. */
export class LastGood<T> {
  readonly #deps: LastGoodDeps;
  readonly #what: string;
  readonly #known = new Map<string, T>();
  readonly #open = new Set<Question<T>>();
  /** `late`: it did not answer in time; who knows something does not wait for it, and one at a time looks whether it is back. */
  #health: 'well' | 'late' | 'looked-after' = 'well';

  /** @param what names the store in the log */
  constructor(what: string, deps: LastGoodDeps) {
    this.#what = what;
    this.#deps = deps;
  }

  /** Never rejects: what the store says, else what it said last, else `otherwise`. */
  async read(id: string, from: () => Promise<T>, otherwise: T): Promise<T> {
    if (this.#health === 'well' || !this.#known.has(id)) return this.#asked(id, from, otherwise);
    const known = this.#lastOf(id, otherwise);
    if (this.#health === 'late') {
      this.#health = 'looked-after';
      void this.#asked(id, from, otherwise);
    }
    return known;
  }

  /** What was decided here holds, whatever the store was asked before. */
  keep(id: string, value: T): void {
    for (const question of this.#open) if (question.id === id) question.decided = { value };
    this.#remember(id, value);
  }

  async #asked(id: string, from: () => Promise<T>, otherwise: T): Promise<T> {
    const question: Question<T> = { id, decided: null };
    this.#open.add(question);
    try {
      const said = await this.#inTime(from);
      this.#health = 'well';
      if (question.decided !== null) return question.decided.value;
      this.#remember(id, said);
      return said;
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown';
      this.#health = name === LATE ? 'late' : 'well';
      const { log } = this.#deps;
      log.error('snapshot.store-unreachable', { what: this.#what, known: this.#known.has(id), error: name });
      return this.#lastOf(id, otherwise);
    } finally {
      this.#open.delete(question);
    }
  }

  #lastOf(id: string, otherwise: T): T {
    const known = this.#known.get(id);
    return known === undefined ? otherwise : known;
  }

  #remember(id: string, value: T): void {
    this.#known.delete(id);
    this.#known.set(id, value);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
  }

  #inTime(from: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const cancel = this.#deps.clock.after(PATIENCE_MS, () => reject(new DOMException('too late', LATE)));
    from().then(resolve, reject).finally(cancel);
    return promise;
  }
}
