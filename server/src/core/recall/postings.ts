import { BLOCK, type WordBlock } from './word-block.ts';

/** Which items of some blocks say a word, and how often each of them does. Written anew for each word. */
export class Postings {
  /** Of `size` items, counted from the first of the first block. */
  readonly places: Int32Array;
  readonly times: Int32Array;
  readonly #blocks: readonly WordBlock[];
  /** By block: where in it the word stands. */
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  #size = 0;

  constructor(blocks: readonly WordBlock[]) {
    this.#blocks = blocks;
    this.places = new Int32Array(blocks.length * BLOCK);
    this.times = new Int32Array(blocks.length * BLOCK);
    this.#starts = new Int32Array(blocks.length);
    this.#ends = new Int32Array(blocks.length);
  }

  /** Items. */
  get size(): number {
    return this.#size;
  }

  /** Looks for a word; one that is said more than `most` times is not followed, and it says false. */
  find(word: number, most: number): boolean {
    this.#size = 0;
    let times = 0;
    for (const [index, block] of this.#blocks.entries()) {
      const [start, end] = [block.startOf(word), block.endOf(word)];
      this.#starts[index] = start;
      this.#ends[index] = end;
      times += end - start;
      if (times > most) return false;
    }
    this.#blocks.forEach(({ said }, index) => this.#follow(said, index, word));
    return true;
  }

  #follow(said: Float64Array, index: number, word: number): void {
    const { places, times } = this;
    const first = (index - word) * BLOCK;
    const end = this.#ends[index] ?? 0;
    let size = this.#size;
    for (let at = this.#starts[index] ?? 0, before = -1; at < end; at++) {
      const place = first + (said[at] ?? 0);
      if (place === before) times[size - 1] = (times[size - 1] ?? 0) + 1;
      else {
        places[size] = place;
        times[size++] = 1;
        before = place;
      }
    }
    this.#size = size;
  }
}
