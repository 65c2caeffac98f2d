import type { ContextItem, Hand, Piece, Writes } from './context-pieces.ts';
import { Window } from './context-window.ts';
import { SealedOrder } from './sealed-order.ts';

/** A lane's own history, folded as far as it is settled; a build goes on from there. */
export class Past {
  readonly #order = new SealedOrder();
  readonly #window: Window<Piece>;
  readonly #pieces: (placed: Parameters<Writes>[0]) => readonly Piece[];

  constructor(budget: number, writes: Writes, hand: Hand) {
    this.#window = new Window(budget);
    this.#pieces = (placed) => writes(placed, hand);
  }

  continuesIn(items: readonly ContextItem[]): boolean {
    return this.#order.continuesIn(items);
  }

  /** What is sent of these, which are in their order and begin with those of the last time, and of the newest prompt. */
  upTo(items: readonly ContextItem[], newest: Piece | null): Window<Piece> {
    for (const placed of this.#order.settle(items)) this.#pieces(placed).forEach((piece) => this.#window.add(piece));
    const window = this.#window.copy();
    for (const placed of this.#order.rest(items)) this.#pieces(placed).forEach((piece) => window.add(piece));
    if (newest !== null) window.addNewest(newest);
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
