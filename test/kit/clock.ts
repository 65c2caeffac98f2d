import type { Cancel, Clock } from '@parley/server/ports/system';

/**
 * A clock that moves only when it is told to. Timers run inside {@link TestClock.advance}, in order of
 * when they are due (those due together in order of their making), each seeing the time it asked for.
 */
export class TestClock implements Clock {
  #now: number;
  #timers: Timer[] = [];

  /** @param start milliseconds since the epoch */
  constructor(start = 1_750_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): Cancel {
    const timer: Timer = { due: this.#now + Math.max(0, ms), task };
    const later = this.#timers.findIndex((other) => other.due > timer.due);
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves time on by `ms`, running what falls due on the way, timers made on the way included. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#takeDue(end); next; next = this.#takeDue(end)) {
      this.#now = next.due;
      next.task();
    }
    this.#now = end;
  }

  /** The host's clock is set back; timers count time that passes, so none comes later for it. */
  setBack(ms: number): void {
    this.#now -= ms;
    for (const timer of this.#timers) timer.due -= ms;
  }

  /** When each waiting timer is due, in milliseconds since the epoch, soonest first. */
  get pending(): readonly number[] {
    return this.#timers.map((timer) => timer.due);
  }

  #takeDue(end: number): Timer | undefined {
    const first = this.#timers[0];
    return first && first.due <= end ? this.#timers.shift() : undefined;
  }
}

interface Timer {
  due: number;
  readonly task: () => void;
}
