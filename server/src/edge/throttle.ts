import type { Clock } from '../ports/system.ts';

interface Window {
  readonly endsAt: number;
  count: number;
}

/**
 * Counts per key in windows that begin with the first event of a key. Windows that are over are
 * forgotten as new ones come, so memory follows the number of keys seen in one window.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock, limit: number, windowMs: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Windows in memory. */
  get size(): number {
    return this.#windows.size;
  }

  /** Counts one event; the seconds to wait when the limit is passed, else null. */
  count(key: string): number | null {
    const window = this.#windowOf(key);
    window.count += 1;
    return window.count > this.#limit ? this.#secondsLeft(window) : null;
  }

  /** Like {@link count} without counting: the seconds to wait when the limit was reached, else null. */
  blocked(key: string): number | null {
    const window = this.#windows.get(key);
    if (window === undefined || window.endsAt <= this.#clock.now() || window.count < this.#limit) return null;
    return this.#secondsLeft(window);
  }

  #windowOf(key: string): Window {
    const now = this.#clock.now();
    const found = this.#windows.get(key);
    if (found !== undefined && found.endsAt > now) return found;
    this.#forgetOld(now);
    const window = { endsAt: now + this.#windowMs, count: 0 };
    // Deleting first moves the key to the end: the map stays ordered by the end of its windows.
    this.#windows.delete(key);
    this.#windows.set(key, window);
    return window;
  }

  #forgetOld(now: number): void {
    for (const [key, window] of this.#windows) {
      if (window.endsAt > now) return;
      this.#windows.delete(key);
    }
  }

  #secondsLeft(window: Window): number {
    return Math.max(1, Math.ceil((window.endsAt - this.#clock.now()) / 1000));
  }
}
