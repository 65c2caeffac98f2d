import type { Readable } from './lane-words.ts';
import { BLOCK } from './word-block.ts';

/** Of BM25 (Robertson and Zaragoza 2009), as everybody has them. */
const SATURATION = 1.2;
const LENGTH = 0.75;
/** A question's further words are not looked for. */
const MOST_ASKED = 512;
/** A word that is said as often as by one item in so many asks for nothing: "the" and "think" stand everywhere. */
const COMMON = 10;
/** In a lane that is short, one that is said so often. */
const LEAST_COMMON = 8;
/** How much of a question an item has to be about, by the weight of its words: one word of many is chance. */
const LEAST_SHARE = 0.15;
/** How good an item has to be beside the best. */
const LEAST_OF_BEST = 0.25;
/** Scores that are nearer to each other are equal, whatever the last bit of a logarithm is. */
const GRAIN = 1e6;

/** The places of the items that `may` be found and that a question is about, best first, the newest of equals first. Pure. */
export function ranked(question: Int32Array, lane: Readable, may: (at: number) => boolean): readonly number[] {
  const { count, mean } = lane;
  const most = Math.max(LEAST_COMMON, count / COMMON);
  const weights = new Float64Array(lane.places);
  const scores = new Float64Array(lane.places);
  let asked = 0;
  for (const word of new Set(question.slice(0, MOST_ASKED))) {
    const said = timesSaid(word, lane, most);
    if (said === null) continue;
    const weight = Math.log(1 + (count - said.length + 0.5) / (said.length + 0.5));
    asked += weight;
    for (const { place, times } of said) {
      const long = 1 - LENGTH + (LENGTH * lane.lengthAt(place)) / mean;
      weights[place] = (weights[place] ?? 0) + weight;
      scores[place] = (scores[place] ?? 0) + (weight * times * (SATURATION + 1)) / (times + SATURATION * long);
    }
  }
  const found: Found[] = [];
  scores.forEach((score, place) => {
    const at = lane.first + place;
    if (score > 0 && (weights[place] ?? 0) >= asked * LEAST_SHARE && may(at)) found.push({ at, score });
  });
  return bestOf(found);
}

interface Found {
  readonly at: number;
  readonly score: number;
}

function bestOf(found: readonly Found[]): readonly number[] {
  const scored = found.map(({ at, score }) => ({ at, score: Math.round(score * GRAIN) }));
  const best = scored.toSorted((a, b) => b.score - a.score || b.at - a.at);
  const least = LEAST_OF_BEST * (best[0]?.score ?? 0);
  return best.filter(({ score }) => score >= least).map(({ at }) => at);
}

/** Which places say a word, and how often each; null where it is said more than so often. */
function timesSaid(word: number, { blocks }: Readable, most: number): readonly Said[] | null {
  if (blocks.reduce((sum, block) => sum + block.count(word), 0) > most) return null;
  const said: Said[] = [];
  blocks.forEach((block, index) => {
    for (const item of block.find(word)) {
      const place = index * BLOCK + item;
      const last = said.at(-1);
      if (last?.place === place) last.times++;
      else said.push({ place, times: 1 });
    }
  });
  return said;
}

/** Places are counted from the first that is looked through. */
interface Said {
  readonly place: number;
  times: number;
}
