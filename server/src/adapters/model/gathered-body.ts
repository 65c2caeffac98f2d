import { finished, type Readable } from 'node:stream';
import type { Clock } from '../../ports/system.ts';

/** What waits to be taken is no longer, or the sender is made to wait. */
export const MOST_WAITING = 1024 * 1024;

/**
 * The body of an answer, taken at the pace of whoever takes it: waking somebody up for each token costs more
 * than all that is then done with the token.
 */
export class GatheredBody {
  readonly #body: Readable;
  readonly #clock: Clock;
  #parts: Buffer[] = [];
  #bytes = 0;
  #end: { readonly error: Error | null } | null = null;
  /** Called when something comes. */
  #came: (() => void) | null = null;
  /** Called when nothing more comes. */
  #ended: (() => void) | null = null;

  constructor(body: Readable, clock: Clock) {
    this.#body = body;
    this.#clock = clock;
    body.on('data', (part: Buffer) => this.#gather(part));
    finished(body, (error) => this.#finish(error ?? null));
  }

  /**
   * All that came since the last time, once `after` milliseconds have passed and there is something; at once when
   * nothing more follows. Null at the end. Rejects when the body broke off, after all that came before.
   */
  async take(after: number): Promise<Buffer | null> {
    if (after > 0 && this.#end === null) await this.#rest(after);
    if (this.#parts.length === 0 && this.#end === null) await this.#something();
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
      this.#ended = resolve;
    });
  }

  #all(): Buffer {
    const [first] = this.#parts;
    const all = first !== undefined && this.#parts.length === 1 ? first : Buffer.concat(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    this.#body.resume();
    return all;
  }

  #gather(part: Buffer): void {
    this.#parts.push(part);
    this.#bytes += part.length;
    if (this.#bytes >= MOST_WAITING) this.#body.pause();
    this.#came?.();
    this.#came = null;
  }

  #finish(error: Error | null): void {
    this.#end = { error };
    this.#ended?.();
  }
}
