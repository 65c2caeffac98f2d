import type { Cancel, Clock } from '../../ports/system.ts';

/** Told to whatever still listens. Made once: a new one for each call costs more than the rest of its end. */
const OVER = new Error('nobody waits for this call any more');

/** Why a call was given up. */
export type GivenUp = 'aborted' | 'stall';

/**
 * How long a call may still take: until its caller gives it up, or nothing was heard for too long. One
 * timer and one listener serve the whole call, however many pieces its answer comes in.
 */
export class Patience implements Disposable {
  readonly #caller: AbortSignal;
  readonly #clock: Clock;
  readonly #ended = new AbortController();
  #givenUp: GivenUp | null = null;
  #until = Number.POSITIVE_INFINITY;
  #wakesAt = Number.POSITIVE_INFINITY;
  #cancel: Cancel | null = null;

  constructor(caller: AbortSignal, clock: Clock) {
    this.#caller = caller;
    this.#clock = clock;
    caller.addEventListener('abort', this.#abort, { once: true });
    if (caller.aborted) this.#abort();
  }

  /** Fires when patience has ended, and when it is not needed any more. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Null while there is patience. */
  get givenUp(): GivenUp | null {
    return this.#givenUp;
  }

  /** From now on, so long and no longer. */
  last(ms: number): void {
    this.#until = this.#clock.now() + ms;
    // A timer that fires too early looks again: cheaper than a new one for every piece.
    if (this.#until < this.#wakesAt) this.#wakeAt(this.#until);
  }

  [Symbol.dispose](): void {
    this.#caller.removeEventListener('abort', this.#abort);
    this.#cancel?.();
    this.#cancel = null;
    this.#ended.abort(OVER);
  }

  readonly #abort = (): void => this.#giveUp('aborted');

  #wakeAt(time: number): void {
    this.#cancel?.();
    this.#wakesAt = time;
    this.#cancel = this.#clock.after(time - this.#clock.now(), () => {
      if (this.#clock.now() < this.#until) this.#wakeAt(this.#until);
      else this.#giveUp('stall');
    });
  }

  #giveUp(why: GivenUp): void {
    this.#givenUp ??= why;
    this[Symbol.dispose]();
  }
}
