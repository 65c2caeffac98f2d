import { Era } from './context-era.ts';
import type { ContextItem, Piece, Writes } from './context-pieces.ts';
import type { Hand } from './hand.ts';
import type { Sight } from './context-sight.ts';
import { Window } from './context-window.ts';
import { SealedOrder } from './sealed-order.ts';

/** A lane's own history, folded as far as it is settled; a build goes on from there. */
export class Past {
  readonly #budget: number;
  readonly #era: Era;
  readonly #pieces: (placed: Parameters<Writes>[0]) => readonly Piece[];
  #start = 0;
  #order = new SealedOrder();
  #window: Window<Piece>;

  constructor(budget: number, writes: Writes, hand: Hand) {
    this.#budget = budget;
    this.#era = new Era(budget);
    this.#window = new Window(budget);
    this.#pieces = (placed) => writes(placed, hand);
  }

  continuesIn(items: readonly ContextItem[]): boolean {
    return this.#era.continuesIn(items);
  }

  /**
   * What is sent of these, which begin with those of the last time, before the newest prompt; null when they are not
   * in their order, or not all the lane's own.
   */
  sight(items: readonly ContextItem[], newest: Piece | null): Sight<Piece> | null {
    this.#era.take(items);
    if (!this.#era.isPlain) return null;
    const { start, earlier } = this.#era;
    if (start !== this.#start) this.#beginAt(start);
    const window = this.#upTo(items.slice(start));
    if (newest !== null) window.addNewest(newest);
    const { tokens: ownTokens, sent } = window;
    return { window, leftOut: earlier + window.start, ownTokens, behind: sent.map(({ piece }) => piece) };
  }

  #beginAt(start: number): void {
    this.#start = start;
    this.#order = new SealedOrder();
    this.#window = new Window(this.#budget);
  }

  #upTo(items: readonly ContextItem[]): Window<Piece> {
    for (const placed of this.#order.settle(items)) this.#pieces(placed).forEach((piece) => this.#window.add(piece));
    const window = this.#window.copy();
    for (const placed of this.#order.rest(items)) this.#pieces(placed).forEach((piece) => window.add(piece));
    return window;
  }
}

/** How many histories of a room are kept folded: its own, that of private turns, and of those who asked last. */
const KEPT = 8;

/**
 * Histories of one room that were folded before. They make builds faster and change no byte of them. Drop it when
 * an entry was changed, which only a redaction does (R14).
 */
export class Pasts {
  readonly #kept = new Map<string, Past>();

  of(name: string, items: readonly ContextItem[], make: () => Past): Past {
    const known = this.#kept.get(name);
    this.#kept.delete(name);
    const past = known?.continuesIn(items) === true ? known : make();
    this.#kept.set(name, past);
    for (const oldest of this.#kept.keys()) if (this.#kept.size > KEPT) this.#kept.delete(oldest);
    return past;
  }
}
