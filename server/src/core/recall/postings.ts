/** Which items say a word, and how often each of them does. Written anew for each word. */
export class Postings {
  readonly places: Int32Array;
  readonly times: Int32Array;
  readonly #most: number;
  #size = 0;
  #said = 0;

  /** Of items at places below this; a word that is said more than `most` times is not followed to its end. */
  constructor(places: number, most: number) {
    this.places = new Int32Array(places);
    this.times = new Int32Array(places);
    this.#most = most;
  }

  /** Items. */
  get size(): number {
    return this.#size;
  }

  /** Whether the word is said more than it may be. */
  get isFull(): boolean {
    return this.#said > this.#most;
  }

  clear(): void {
    this.#size = 0;
    this.#said = 0;
  }

  /** The word is said once at a place that is no lower than those before. */
  add(place: number): void {
    this.#said += 1;
    const last = this.#size - 1;
    if (last >= 0 && this.places[last] === place) this.times[last] = (this.times[last] ?? 0) + 1;
    else {
      this.places[this.#size] = place;
      this.times[this.#size++] = 1;
    }
  }
}
