import { isSent } from '../context/sealed-order.ts';
import type { ContextItem } from '../context/context-pieces.ts';
import { wordsOf } from './text-words.ts';

/** So many items make a block: little to read again when one of them changes, and few blocks to look into. */
export const BLOCK = 256;

/** Where words stand in some items in a row; what is never sent to a model has none. */
export class WordBlock {
  /** Words in each of the items. */
  readonly lengths: Int32Array;
  /** How many of them have any. */
  readonly saying: number;
  readonly #items: readonly ContextItem[];
  /** `word * BLOCK + item` for each time that a word is said, in order. */
  readonly #said: Float64Array;

  /** `before`: of the first of these, when there were fewer; only the others are read. */
  constructor(items: readonly ContextItem[], before: WordBlock | null = null) {
    const known = before?.lengths ?? new Int32Array();
    const words = items.slice(known.length).map((item) => (isSent(item) ? wordsOf(item.entry.text) : []));
    this.#items = items;
    this.lengths = Int32Array.from([...known, ...words.map(({ length }) => length)]);
    this.saying = this.lengths.filter((length) => length > 0).length;
    this.#said = new Float64Array(this.lengths.reduce((sum, length) => sum + length, 0));
    if (before !== null) this.#said.set(before.#said);
    let next = before?.size ?? 0;
    words.forEach((said, index) => {
      for (const word of said) this.#said[next++] = word * BLOCK + known.length + index;
    });
    this.#said.sort();
  }

  /** Of all words that are said here, how many they are. */
  get size(): number {
    return this.#said.length;
  }

  /** Of these items: this one where it was made from them, one that goes on from it where it was made from the first of them. */
  of(items: readonly ContextItem[]): WordBlock {
    // Entries never change, and a redacted one is another.
    const isBehind = this.#items.every(({ entry }, at) => entry === items[at]?.entry);
    if (!isBehind) return new WordBlock(items);
    return items.length === this.#items.length ? this : new WordBlock(items, this);
  }

  /** How often a word is said here. */
  count(word: number): number {
    return this.#lowerBound((word + 1) * BLOCK) - this.#lowerBound(word * BLOCK);
  }

  /** Which of the items say a word, each once for each time. */
  find(word: number): readonly number[] {
    const found: number[] = [];
    const end = (word + 1) * BLOCK;
    for (let at = this.#lowerBound(word * BLOCK); (this.#said[at] ?? end) < end; at++)
      found.push((this.#said[at] ?? 0) - word * BLOCK);
    return found;
  }

  #lowerBound(value: number): number {
    let from = 0;
    let to = this.#said.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.#said[middle] ?? value) < value) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
