import type { Readable } from './lane-words.ts';
import { LEAST_SHARE } from './excerpt.ts';
import { Postings } from './postings.ts';
import { BLOCK } from './word-block.ts';

/** Of BM25 (Robertson and Zaragoza 2009); everybody has 0.75 for the length, but of a long item only some lines are said. */
const SATURATION = 1.2;
const LENGTH = 0.6;
/** A question's further words are not looked for. */
const MOST_ASKED = 512;
/** A word that is said as often as by one item in so many asks for nothing: "the" and "you" stand everywhere. */
const COMMON = 5;
/** In a lane that is short, one that is said so often. */
const LEAST_COMMON = 8;
/** How good an item has to be beside the best. */
const LEAST_OF_BEST = 0.28;
/** Scores that are nearer to each other are equal, whatever the last bit of a logarithm is. */
const GRAIN = 1e6;

/** What a question finds in a lane. */
export interface Ranked {
  /** The places of the items that it is about, best first, the newest of equals first. */
  readonly best: readonly number[];
  /** Its words that were looked for, and what each of them counts. */
  readonly asked: ReadonlyMap<number, number>;
}

/** Which of the items that `may` be found a question is about. Pure. */
export function ranked(question: Int32Array, lane: Readable, may: (at: number) => boolean): Ranked {
  const tally = new Tally(lane);
  for (const word of new Set(question.subarray(0, MOST_ASKED))) tally.ask(word);
  return { best: bestOf(tally.found(may)), asked: tally.asked };
}

interface Found {
  readonly at: number;
  readonly score: number;
}

function bestOf(found: readonly Found[]): readonly number[] {
  const least = LEAST_OF_BEST * found.reduce((best, { score }) => Math.max(best, score), 0);
  const best = found.filter(({ score }) => score >= least).toSorted((a, b) => b.score - a.score || b.at - a.at);
  return best.map(({ at }) => at);
}

/** What a question's words, one after the other, find in a lane. Places are counted from the first that is looked through. */
class Tally {
  readonly #lane: Readable;
  readonly #postings: Postings;
  /** A word that is said more often is not asked for. */
  readonly #most: number;
  /** By place: what those words count that its item says, how well it says them, … */
  readonly #weights: Float64Array;
  readonly #scores: Float64Array;
  /** … and how often it has to say one for half of what that can be. */
  readonly #halves: Float64Array;
  /** What each word counts that was looked for. */
  readonly asked = new Map<number, number>();
  #weight = 0;

  constructor(lane: Readable) {
    this.#lane = lane;
    this.#most = Math.max(LEAST_COMMON, lane.count / COMMON);
    this.#postings = new Postings(lane.blocks);
    this.#halves = halvesOf(lane);
    this.#weights = new Float64Array(this.#halves.length);
    this.#scores = new Float64Array(this.#halves.length);
  }

  ask(word: number): void {
    if (!this.#postings.find(word, this.#most)) return;
    const { size } = this.#postings;
    const weight = Math.log(1 + (this.#lane.count - size + 0.5) / (size + 0.5));
    this.asked.set(word, weight);
    this.#weight += weight;
    this.#say(weight);
  }

  /**
   * Those of which an excerpt may be about enough of what was asked, and that are good enough beside the best so far:
   * whether they `may` is looked at last.
   */
  found(may: (at: number) => boolean): readonly Found[] {
    const found: Found[] = [];
    // An excerpt adds up the same words in another order.
    const least = this.#weight * LEAST_SHARE * (1 - 1 / GRAIN);
    let best = 0;
    for (let place = 0; place < this.#scores.length; place++) {
      if ((this.#weights[place] ?? 0) < least) continue;
      const score = Math.round((this.#scores[place] ?? 0) * GRAIN);
      const at = this.#lane.first + place;
      if (score === 0 || score < LEAST_OF_BEST * best || !may(at)) continue;
      found.push({ at, score });
      best = Math.max(best, score);
    }
    return found;
  }

  #say(weight: number): void {
    const [weights, scores, halves] = [this.#weights, this.#scores, this.#halves];
    const { size, places, times } = this.#postings;
    for (let at = 0; at < size; at++) {
      const place = places[at] ?? 0;
      const often = times[at] ?? 0;
      weights[place] = (weights[place] ?? 0) + weight;
      const score = (weight * often * (SATURATION + 1)) / (often + (halves[place] ?? 0));
      scores[place] = (scores[place] ?? 0) + score;
    }
  }
}

/** What the length of each item of a lane does to how well it says a word. */
function halvesOf({ blocks, mean }: Readable): Float64Array {
  const halves = new Float64Array(blocks.length * BLOCK);
  blocks.forEach(({ lengths }, index) => {
    for (let at = 0; at < BLOCK; at++)
      halves[index * BLOCK + at] = SATURATION * (1 - LENGTH + (LENGTH * (lengths[at] ?? 0)) / mean);
  });
  return halves;
}
