import type { Clock } from '../ports/system.ts';
import { FRAME_BURST, FRAMES_PER_SECOND } from './limits.ts';

/** How many more frames one socket may send now: a bucket that time refills. */
export class FrameBudget {
  readonly #clock: Clock;
  #left = FRAME_BURST;
  #at: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#at = clock.now();
  }

  /** Takes one frame; false when none is left. */
  take(): boolean {
    // The clock is read only when the bucket runs low: most sockets never come near its bottom.
    if (this.#left < 1) this.#refill();
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#left = Math.min(FRAME_BURST, this.#left + ((now - this.#at) / 1000) * FRAMES_PER_SECOND);
    this.#at = now;
  }
}
