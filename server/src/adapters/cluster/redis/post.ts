import type { Log } from '../../../ports/system.ts';
import { readLetters, writeLetters, type Letter, type ReadLetter } from './letters.ts';
import { NAMES, type Incarnation } from './redis-keys.ts';
import type { RedisLine } from './redis-line.ts';
import type { FrameSeal } from './sealed-frame.ts';

/** Another node that this one has to do with. */
interface Counterpart {
  /** What was said to it in this tick, and is not sent yet. */
  waiting: Letter[];
  waitingBytes: number;
  sent: number;
  /** For how many ticks nothing came from it. */
  silent: number;
}

export interface PostDeps {
  readonly line: RedisLine;
  readonly seal: FrameSeal;
  readonly log: Log;
  readonly receive: (from: Incarnation, letter: Exclude<ReadLetter, { readonly kind: 'lost' }>) => void;
  /** Nothing that was between this node and that one holds any more. */
  readonly lost: (counterpart: Incarnation) => void;
}

/** A node that lives says something in every tick. */
const MOST_SILENT_TICKS = 5;
/** What is gathered for one frame; Redis and the reader get a large sync in pieces of about this. */
const FRAME_BYTES = 1024 * 1024;

/**
 * Carries letters between this node and others, each in a channel of its own, in order and without a gap: where one is
 * missing, that counterpart is lost, and both ends begin anew. Nothing is kept for later.
 */
export class Post {
  readonly #deps: PostDeps;
  readonly #counterparts = new Map<Incarnation, Counterpart>();
  /**
   * The next number from each node that ever spoke to this incarnation. Kept also when it is gone: what it said must not be
   * said once more by somebody who kept it.
   */
  readonly #expected = new Map<Incarnation, number>();
  #me: Incarnation | null = null;
  #refused = 0;

  constructor(deps: PostDeps) {
    this.#deps = deps;
  }

  /** From now on this node is `me`; null: it cannot be reached. What was gathered or counted before is gone. */
  become(me: Incarnation | null): void {
    this.#me = me;
    this.#counterparts.clear();
    this.#expected.clear();
  }

  /** Those of one synchronous stretch go in one frame. */
  send(to: Incarnation, letter: Letter): void {
    if (this.#me === null) return;
    const counterpart = this.#counterpart(to);
    if (counterpart.waiting.push(letter) === 1) queueMicrotask(() => this.#flush(to, counterpart));
    if ('packed' in letter) counterpart.waitingBytes += letter.packed.length;
    if (counterpart.waitingBytes >= FRAME_BYTES) this.#sendWaiting(to, counterpart);
  }

  arrived(frame: Uint8Array): void {
    if (this.#me === null) return;
    const opened = this.#deps.seal.open(this.#me, frame);
    if (opened === null) return this.#refuse();
    const { from, number } = opened.route;
    const expected = this.#expected.get(from) ?? 0;
    if (number < expected) return this.#refuse();
    this.#expected.set(from, number + 1);
    this.#counterpart(from).silent = 0;
    if (number > expected) return this.#estrange(from, 'gap');
    for (const letter of this.#read(from, opened.plain)) {
      if (letter.kind === 'lost') this.#deps.lost(from);
      else this.#deps.receive(from, letter);
    }
  }

  /** Once a second: says to everyone that this node is there, and finds out who is not. */
  tick(): void {
    if (this.#refused > 0) this.#deps.log.info('bus.refused-frames', { frames: this.#refused });
    this.#refused = 0;
    for (const [id, counterpart] of this.#counterparts) {
      counterpart.silent += 1;
      if (counterpart.silent === MOST_SILENT_TICKS) this.#estrange(id, 'silent');
      this.#sendWaiting(id, counterpart);
    }
  }

  #counterpart(id: Incarnation): Counterpart {
    const known = this.#counterparts.get(id);
    if (known !== undefined) return known;
    const counterpart: Counterpart = { waiting: [], waitingBytes: 0, sent: 0, silent: 0 };
    this.#counterparts.set(id, counterpart);
    return counterpart;
  }

  #flush(to: Incarnation, counterpart: Counterpart): void {
    // It may be gone by now, or be sent already.
    if (this.#counterparts.get(to) === counterpart && counterpart.waiting.length > 0)
      this.#sendWaiting(to, counterpart);
  }

  #sendWaiting(to: Incarnation, counterpart: Counterpart): void {
    if (this.#me === null) return;
    const from = this.#me;
    const plain = writeLetters(counterpart.waiting);
    counterpart.waiting = [];
    counterpart.waitingBytes = 0;
    const frame = this.#deps.seal.seal({ from, to, number: counterpart.sent }, plain);
    counterpart.sent += 1;
    this.#deps.line.publish(NAMES.channel(to), frame).then(
      (heard) => {
        if (heard === 0 && this.#me === from) this.#gone(to);
      },
      (error: unknown) => {
        this.#deps.log.debug('bus.not-sent', { error: String(error) });
        // It may have been heard or not: then no count of it holds, and nothing does.
        if (this.#me === from) this.#deps.line.reset();
      },
    );
  }

  #gone(id: Incarnation): void {
    if (!this.#counterparts.delete(id)) return;
    this.#deps.log.info('bus.counterpart-lost', { node: id, why: 'gone' });
    this.#deps.lost(id);
  }

  #estrange(id: Incarnation, why: string): void {
    this.#deps.log.info('bus.counterpart-lost', { node: id, why });
    this.#deps.lost(id);
    this.send(id, { kind: 'lost' });
  }

  #read(from: Incarnation, plain: Uint8Array): readonly ReadLetter[] {
    try {
      return readLetters(plain);
    } catch {
      // A node sealed it, so it is of another version than this one: what it meant to say is lost.
      this.#estrange(from, 'unreadable');
      return [];
    }
  }

  /** Anybody who can write to Redis can cause it: counted, and said once a tick. */
  #refuse(): void {
    this.#refused += 1;
  }
}
