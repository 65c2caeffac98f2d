import { countTokens, setMergeCacheSize } from 'gpt-tokenizer/encoding/o200k_base';
import type { Tokenizer } from '../../ports/model.ts';

/** Byte-pair merging is quadratic in one run of letters or of spaces, so text is cut before it is counted (0.15 % over). */
const SLICE = 1_024;
/** Such a run is cut shorter still: a thousand Thai or random letters in one piece take 4 ms, cut by 128 half of it. */
const RUN_SLICE = 128;
const LONG_RUN = /[^\s\d]{64}|\s{64}/;
/** Microseconds, at about half the speed of a busy two-core machine, after which a count becomes an estimate: about 64 KiB of prose. */
const EXACT_WORK = 10_000;

/** `<|endoftext|>` in somebody's message is text like any other. */
const SPECIAL_AS_TEXT = { disallowedSpecial: new Set<string>() };

/**
 * Counts o200k tokens (C16). Exact to the slices for any usual message; a text that would take longer than
 * a few milliseconds is counted in slices spread over all of it and extrapolated, so that no text, however
 * hostile, holds the loop for more than 20 ms. The same text gives the same count everywhere.
 */
export function o200kTokenizer(): Tokenizer {
  // The library's cache holds what people wrote, and its eviction alone costs milliseconds on hostile text.
  setMergeCacheSize(0);
  return { count };
}

function count(text: string): number {
  const slices = Math.ceil(text.length / SLICE);
  const stride = strideFor(slices);
  let characters = 0;
  let tokens = 0;
  let work = 0;
  for (let step = 0; step < slices && work < EXACT_WORK; step++) {
    const slice = sliceAt(text, (step * stride) % slices);
    const inSlice = countSlice(slice);
    characters += slice.length;
    tokens += inSlice;
    work += workOf(slice, inSlice);
  }
  return characters === 0 ? 0 : Math.round((tokens * text.length) / characters);
}

/** Steps of about n divided by the golden ratio visit 0…n−1 once each, and the first few are spread over the whole. */
function strideFor(n: number): number {
  let stride = Math.max(1, Math.round(n * 0.618));
  while (gcd(stride, n) !== 1) stride++;
  return stride;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** The n-th slice; a surrogate pair across its border belongs to the slice it begins in. */
function sliceAt(text: string, index: number): string {
  return text.slice(border(text, index * SLICE), border(text, (index + 1) * SLICE));
}

function border(text: string, at: number): number {
  return at > 0 && at < text.length && isLowSurrogate(text, at) && isHighSurrogate(text, at - 1)
    ? at + 1
    : Math.min(at, text.length);
}

function isLowSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00;
}

function isHighSurrogate(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800;
}

function countSlice(slice: string): number {
  if (!LONG_RUN.test(slice)) return countTokens(slice, SPECIAL_AS_TEXT);
  let tokens = 0;
  for (let from = 0; from < slice.length;) {
    const to = border(slice, from + RUN_SLICE);
    tokens += countTokens(slice.slice(from, to), SPECIAL_AS_TEXT);
    from = to;
  }
  return tokens;
}

/**
 * Microseconds that counting a slice takes at most. Words of the vocabulary cost little; what is not in it
 * shows as many tokens for its length, or as one long run.
 */
function workOf(slice: string, tokens: number): number {
  if (LONG_RUN.test(slice)) return slice.length * 3;
  const density = tokens / slice.length;
  return slice.length * Math.min(3, 0.15 + Math.max(0, density - 0.25) * 6);
}
