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
  const found = new Map<number, { weight: number; score: number }>();
  let asked = 0;
  for (const word of new Set(question.slice(0, MOST_ASKED))) {
    const said = timesSaid(word, lane, most);
    if (said === null) continue;
    const weight = Math.log(1 + (count - said.size + 0.5) / (said.size + 0.5));
    asked += weight;
    for (const [at, times] of said) {
      const long = 1 - LENGTH + (LENGTH * lane.lengthAt(at)) / mean;
      const score = (weight * times * (SATURATION + 1)) / (times + SATURATION * long);
      const one = found.get(at);
      found.set(at, { weight: (one?.weight ?? 0) + weight, score: (one?.score ?? 0) + score });
    }
  }
  return bestOf([...found].filter(([at, { weight }]) => weight >= asked * LEAST_SHARE && may(at)));
}

function bestOf(found: readonly (readonly [number, { readonly score: number }])[]): readonly number[] {
  const scored = found.map(([at, { score }]) => ({ at, score: Math.round(score * GRAIN) }));
  const best = scored.toSorted((a, b) => b.score - a.score || b.at - a.at);
  const least = LEAST_OF_BEST * (best[0]?.score ?? 0);
  return best.filter(({ score }) => score >= least).map(({ at }) => at);
}

/** How often each item says a word; null where it is said more than so often. */
function timesSaid(word: number, { first, blocks }: Readable, most: number): ReadonlyMap<number, number> | null {
  if (blocks.reduce((sum, block) => sum + block.count(word), 0) > most) return null;
  const times = new Map<number, number>();
  blocks.forEach((block, index) => {
    for (const item of block.find(word)) {
      const at = first + index * BLOCK + item;
      times.set(at, (times.get(at) ?? 0) + 1);
    }
  });
  return times;
}
