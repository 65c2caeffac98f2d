import type { Line } from '../context/text-lines.ts';
import { wordsOf } from './text-words.ts';

/** Some lines of a text in a row, counted from 0; `to` is behind the last. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** A line is about a question if it has so much of the weight that the text's best line has. */
const LEAST_OF_BEST = 0.2;
/** What is said has so much of the question's weight, or nothing is: one word of many is chance. */
export const LEAST_SHARE = 0.1;
/** A text of so many tokens, roughly, is little more than the envelope around it: all of it is said. */
const SHORT = 48;

/**
 * What of a text is worth saying once more: the lines that a question is about, as far as they are `fresh`, if they are
 * about enough of it. `asked`: the words that count, with their weights. Pure.
 */
export function excerptOf(
  lines: readonly Line[],
  fresh: readonly boolean[],
  asked: ReadonlyMap<number, number>,
): readonly LineRange[] {
  const isShort = lines.reduce((sum, { tokens }) => sum + tokens, 0) <= SHORT;
  const words = lines.map(({ body }) => new Set(wordsOf(body).filter((word) => asked.has(word))));
  const weights = words.map((some) => weightOf(some, asked));
  const least = isShort ? 0 : LEAST_OF_BEST * weights.reduce((best, weight) => Math.max(best, weight), 0);
  const said = weights.map((weight, at) => fresh[at] === true && weight >= least);
  const together = new Set(words.flatMap((some, at) => (said[at] === true ? [...some] : [])));
  const isAbout = weightOf(together, asked) >= LEAST_SHARE * weightOf(asked.keys(), asked);
  return isAbout ? rangesOf(lines, said) : [];
}

function weightOf(words: Iterable<number>, asked: ReadonlyMap<number, number>): number {
  let weight = 0;
  for (const word of words) weight += asked.get(word) ?? 0;
  return weight;
}

/** Empty lines between two that are said are no gap. */
function rangesOf(lines: readonly Line[], said: readonly boolean[]): readonly LineRange[] {
  const ranges: { from: number; to: number }[] = [];
  said.forEach((isSaid, at) => {
    if (!isSaid) return;
    const last = ranges.at(-1);
    const isNext = last !== undefined && lines.slice(last.to, at).every(({ body }) => body.trim() === '');
    if (isNext) last.to = at + 1;
    else ranges.push({ from: at, to: at + 1 });
  });
  return ranges;
}
