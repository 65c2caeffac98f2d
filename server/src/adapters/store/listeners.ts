import type { Cancel } from '../../ports/system.ts';

/** Whoever wants to be called back; each until they cancel. */
export class Listeners<T extends readonly unknown[]> {
  readonly #all = new Set<(...news: T) => void>();

  add(listener: (...news: T) => void): Cancel {
    // A wrapper of its own, so that the same function may listen twice.
    const own = (...news: T): void => listener(...news);
    this.#all.add(own);
    return () => void this.#all.delete(own);
  }

  tell(...news: T): void {
    // Whoever comes while it is told hears the next news; whoever leaves meanwhile hears nothing more.
    for (const listener of [...this.#all]) if (this.#all.has(listener)) listener(...news);
  }
}
