import { finished, type Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../ports/system.ts';

/**
 * The body of an answer, taken at the pace of whoever takes it: waking somebody up for each token costs more
 * than all that is then done with the token. Between one time and the next it stands still, and its sender with it.
 */
export class GatheredBody {
  readonly #body: Readable;
  readonly #clock: Clock;
  #parts: Buffer[] = [];
  #end: { readonly error: Error | null } | null = null;
  /** Called when something comes, or nothing will any more. */
  #came: (() => void) | null = null;
  /** Called when nothing more comes. */
  #ended: (() => void) | null = null;

  constructor(body: Readable, clock: Clock) {
    this.#body = body;
    this.#clock = clock;
    body.on('data', (part: Buffer) => {
      this.#parts.push(part);
      this.#came?.();
    });
    finished(body, (error) => {
      this.#end = { error: error ?? null };
      this.#ended?.();
      this.#came?.();
    });
  }

  /**
   * All that came since the last time, once `after` milliseconds have passed and there is something. Null at the end.
   * Rejects when the body broke off, after all that came before.
   */
  async take(after: number): Promise<Buffer | null> {
    if (after > 0 && this.#end === null) await this.#rest(after);
    this.#body.resume();
    if (this.#parts.length === 0 && this.#end === null) await this.#something();
    // What was sent meanwhile is read in this turn of the loop.
    if (after > 0 && this.#end === null) await turn();
    this.#body.pause();
    if (this.#parts.length > 0) return this.#all();
    if (this.#end?.error) throw this.#end.error;
    return null;
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve);
      this.#ended = () => {
        cancel();
        resolve();
      };
    });
  }

  #something(): Promise<void> {
    return new Promise((resolve) => {
      this.#came = resolve;
    });
  }

  #all(): Buffer {
    const parts = this.#parts;
    this.#parts = [];
    const [first] = parts;
    return first !== undefined && parts.length === 1 ? first : Buffer.concat(parts);
  }
}
