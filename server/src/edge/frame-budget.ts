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

  /** Takes one frame, or what costs as much as several; false when there are not so many left. */
  take(frames = 1): boolean {
    // The clock is read only when the bucket runs low: most sockets never come near its bottom.
    if (this.#left < frames) this.#refill();
    if (this.#left < frames) return false;
    this.#left -= frames;
    return true;
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#left = Math.min(FRAME_BURST, this.#left + ((now - this.#at) / 1000) * FRAMES_PER_SECOND);
    this.#at = now;
  }
}
