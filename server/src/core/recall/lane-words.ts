import type { ContextItem } from '../context/context-pieces.ts';
import { byPlace, inOrder } from '../context/sealed-order.ts';
import { BLOCK, WordBlock } from './word-block.ts';

/** So many words of a lane are looked through, the newest. */
const MOST_WORDS = 1_048_576;

/** What of a lane is looked through: blocks of its own items, one behind the other. */
export class Readable {
  /** The lane's own, in their order. */
  readonly items: readonly ContextItem[];
  readonly blocks: readonly WordBlock[];
  /** The place of the first item that is looked through. */
  readonly first: number;
  /** Of those that say something; what is never sent does not, and counts for nothing. */
  readonly count: number;
  /** How many words they say. */
  readonly mean: number;

  constructor(items: readonly ContextItem[], blocks: readonly WordBlock[], first: number) {
    this.items = items;
    this.blocks = blocks;
    this.first = first;
    this.count = blocks.reduce((sum, block) => sum + block.saying, 0);
    this.mean = blocks.reduce((sum, block) => sum + block.size, 0) / this.count;
  }
}

/**
 * Where words stand in a lane's own items, each read once. It follows the items that it is handed, so what was redacted
 * is gone from here with the next look (R14).
 */
export class LaneWords {
  /** Of the last look, where all were the lane's own and in their order: they are not looked at one by one again. */
  #ordered: readonly ContextItem[] = [];
  #blocks = new Map<number, WordBlock>();

  /** The newest of these, as far as so many words are looked through. */
  read(all: readonly ContextItem[]): Readable {
    const items = this.#own(all);
    const kept = new Map<number, WordBlock>();
    let size = 0;
    let first = Math.ceil(items.length / BLOCK);
    for (; first > 0; first--) {
      const block = this.#block(first - 1, items);
      size += block.size;
      if (size > MOST_WORDS && kept.size > 0) break;
      kept.set(first - 1, block);
    }
    this.#blocks = kept;
    return new Readable(items, [...kept.values()].toReversed(), first * BLOCK);
  }

  #own(all: readonly ContextItem[]): readonly ContextItem[] {
    let at = 0;
    while (at < this.#ordered.length && this.#ordered[at] === all[at]) at++;
    for (let before = all[at - 1]; at < all.length; at++) {
      const item = all[at];
      if (item === undefined || item.shelf !== undefined || (before && byPlace(before, item) >= 0))
        return inOrder(all.filter(({ shelf }) => shelf === undefined));
      before = item;
    }
    return (this.#ordered = all);
  }

  #block(index: number, items: readonly ContextItem[]): WordBlock {
    const known = this.#blocks.get(index);
    const block = known?.isOf(items, index * BLOCK) === true ? known : new WordBlock();
    block.read(items, index * BLOCK);
    return block;
  }
}

/** How many lanes of a room are kept read: its own, and those of people who asked last. */
const KEPT = 8;

/** The words of a room's lanes. They make finding faster and change nothing of what is found. */
export class RoomWords {
  readonly #kept = new Map<string, LaneWords>();

  of(lane: string): LaneWords {
    const words = this.#kept.get(lane) ?? new LaneWords();
    this.#kept.delete(lane);
    this.#kept.set(lane, words);
    for (const oldest of this.#kept.keys()) if (this.#kept.size > KEPT) this.#kept.delete(oldest);
    return words;
  }
}
