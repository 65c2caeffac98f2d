import type { Neutral } from './envelope.ts';

/** No beginning of something that has to be made harmless is longer, once what nobody sees is taken out. */
const LONGEST = 80;

/**
 * Makes a text harmless that comes in pieces, as {@link Neutral} makes a whole one (R13): what could be the beginning
 * of an imitation waits until it is known. The pieces that come out, joined, are the harmless whole.
 */
export class PlainStream {
  readonly #neutral: Neutral;
  #held = '';

  constructor(neutral: Neutral) {
    this.#neutral = neutral;
  }

  /** The next piece, as far as it can be told; often all of it. */
  push(piece: string): string {
    const text = this.#neutral.seen(this.#held + piece);
    const cut = this.#cut(text);
    this.#held = text.slice(cut);
    return this.#neutral.plain(text.slice(0, cut));
  }

  /** What was still waiting. */
  end(): string {
    const rest = this.#neutral.plain(this.#held);
    this.#held = '';
    return rest;
  }

  /** Before what may go on in the next piece, and not inside a copy of the boundary. */
  #cut(text: string): number {
    const from = Math.max(0, text.length - LONGEST);
    const open = text.slice(from).search(this.#neutral.begun);
    const cut = open < 0 ? text.length : from + open;
    for (const match of text.matchAll(this.#neutral.copies)) {
      if (match.index < cut && match.index + match[0].length > cut) return match.index;
    }
    return cut;
  }
}
