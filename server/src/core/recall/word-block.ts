import { isSent } from '../context/sealed-order.ts';
import type { ContextItem } from '../context/context-pieces.ts';
import { radixSorted } from './radix-sort.ts';
import { wordsOf } from './text-words.ts';

/** So many items make a block: little to read again when one of them changes, and few blocks to look into. */
export const BLOCK = 512;
/** How much longer than needed room for words is made, so that it is not made anew at every turn. */
const SPARE = 1.25;
/** The numbers of words, by their highest bits: a word is looked for among those that share them, which are few. */
const PARTS = 4_096;
const LOWER_BITS = 20;
const NONE = new Int32Array();

/** Where words stand in some items in a row, which it is told one after the other; what is never sent to a model has none. */
export class WordBlock {
  /** Words in each of the items. */
  readonly lengths = new Int32Array(BLOCK);
  /** They never change, and a redacted one is another. */
  readonly #items: ContextItem[] = [];
  #saying = 0;
  /** `#size` of them. */
  #said = new Float64Array();
  #size = 0;
  /** Where each part of them begins, and behind it the next. */
  readonly #parts = new Int32Array(PARTS + 1);

  /** How many of the items say something. */
  get saying(): number {
    return this.#saying;
  }

  /** `word * BLOCK + item` for each time that a word is said, in order. */
  get said(): Float64Array {
    return this.#said;
  }

  /** How many words are said here. */
  get size(): number {
    return this.#size;
  }

  /** Whether it was told of the items from this place on, and of none that is not there. */
  isOf(items: readonly ContextItem[], from: number): boolean {
    for (let at = 0; at < this.#items.length; at++) if (this.#items[at] !== items[from + at]) return false;
    return true;
  }

  /** Reads of these, from this place on, what was not read yet. */
  read(items: readonly ContextItem[], from: number): void {
    const read = this.#items.length;
    const said: Int32Array[] = [];
    for (let at = read; at < BLOCK; at++) {
      const item = items[from + at];
      if (item === undefined) break;
      const words = isSent(item) ? wordsOf(item.entry.text) : NONE;
      said.push(words);
      this.#items.push(item);
      this.lengths[at] = words.length;
      if (words.length > 0) this.#saying += 1;
    }
    // Most blocks are read already, at every turn.
    if (said.length === 0) return;
    this.#merge(inWords(said, read));
    this.#divide();
  }

  /** From behind, so that no more is moved than has to be. */
  #merge(fresh: Float64Array): void {
    const size = this.#size + fresh.length;
    if (size > this.#said.length) {
      const longer = new Float64Array(this.#items.length === BLOCK ? size : Math.ceil(size * SPARE));
      longer.set(this.#said);
      this.#said = longer;
    }
    const said = this.#said;
    let old = this.#size - 1;
    let next = fresh.length - 1;
    for (let at = size - 1; next >= 0; at--) {
      const isOld = old >= 0 && (said[old] ?? 0) > (fresh[next] ?? 0);
      said[at] = (isOld ? said[old--] : fresh[next--]) ?? 0;
    }
    this.#size = size;
  }

  #divide(): void {
    const said = this.#said;
    let part = 0;
    for (let at = 0; at < this.#size; at++)
      for (const its = partOf(wordOf(said[at] ?? 0)); part <= its; part++) this.#parts[part] = at;
    this.#parts.fill(this.#size, part);
  }

  /** Where in `said` a word stands first, or would. */
  startOf(word: number): number {
    return this.#lowerBound(word * BLOCK, partOf(word));
  }

  /** Behind the last time that it stands there. */
  endOf(word: number): number {
    return this.#lowerBound((word + 1) * BLOCK, partOf(word));
  }

  #lowerBound(value: number, part: number): number {
    const said = this.#said;
    let from = this.#parts[part] ?? 0;
    let to = this.#parts[part + 1] ?? 0;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((said[middle] ?? value) < value) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

function partOf(word: number): number {
  return (word >> LOWER_BITS) + PARTS / 2;
}

/** The words of items from this place on, in order. */
function inWords(said: readonly Int32Array[], from: number): Float64Array {
  const all = new Float64Array(said.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  said.forEach((words, index) => {
    for (let at = 0; at < words.length; at++) all[next++] = (words[at] ?? 0) * BLOCK + from + index;
  });
  return radixSorted(all, BLOCK);
}

function wordOf(said: number): number {
  return Math.floor(said / BLOCK);
}
