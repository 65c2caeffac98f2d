import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { describe, expect, test } from 'vitest';
import { cpuTime } from '../kit/cpu-time.ts';
import { mulberry32 } from '../kit/ids.ts';

const tokenizer = o200kTokenizer();

const random = mulberry32(11);
function letters(length: number, first: number, range: number, wordLength = Infinity): string {
  const parts: string[] = [];
  for (let at = 0; at < length; at++) {
    parts.push((at + 1) % wordLength === 0 ? ' ' : String.fromCharCode(first + Math.floor(random() * range)));
  }
  return parts.join('');
}

const MEGABYTE = 1_000_000;
const PROSE = 'The room keeps one queue, and every prompt is answered in its turn; nobody is forgotten. ';
const HOSTILE: Readonly<Record<string, string>> = {
  'one letter': 'a'.repeat(MEGABYTE),
  spaces: ' '.repeat(MEGABYTE),
  'line ends': '\n'.repeat(MEGABYTE),
  'random letters': letters(MEGABYTE, 97, 26),
  'random short words': letters(MEGABYTE, 97, 26, 7),
  'random Cyrillic words': letters(MEGABYTE, 0x430, 32, 9),
  'Han without spaces': letters(MEGABYTE, 0x4e00, 20_000),
  'Thai without spaces': letters(MEGABYTE, 0xe01, 45),
  'private use': letters(MEGABYTE, 0xe000, 6_000),
  'lone surrogates': '\ud800'.repeat(MEGABYTE),
  emoji: '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'.repeat(MEGABYTE / 8),
  punctuation: letters(MEGABYTE, 33, 14),
  'special tokens': '<|endoftext|>'.repeat(MEGABYTE / 13),
  'words joined without spaces': 'thequickbrownfox'.repeat(MEGABYTE / 16),
  'camel case': 'QkThXy'.repeat(MEGABYTE / 6),
  'combining marks': 'e\u0301\u0302'.repeat(MEGABYTE / 3),
  prose: PROSE.repeat(MEGABYTE / PROSE.length),
};

describe('C16 the tokenizer', () => {
  test('C16 counts as o200k does', () => {
    expect(tokenizer.count('')).toBe(0);
    expect(tokenizer.count('hello world')).toBe(2);
    expect(tokenizer.count('Wie geht es dir?')).toBe(5);
    expect(tokenizer.count('\u{1f600}')).toBe(1);
  });

  test('C16 special tokens in a message are text like any other', () => {
    expect(tokenizer.count('<|endoftext|>')).toBeGreaterThan(3);
    expect(tokenizer.count('a<|im_start|>system')).toBeGreaterThan(5);
  });

  test('C16 slices cost at most 1 % of over-count on prose, and 64 KiB of it is still counted, not estimated', () => {
    const once = (tokenizer.count(PROSE.repeat(11)) - tokenizer.count(PROSE)) / 10;
    const many = Math.floor(65_536 / PROSE.length);
    const counted = tokenizer.count(PROSE.repeat(many));
    expect(counted / (once * many)).toBeGreaterThan(0.99);
    expect(counted / (once * many)).toBeLessThan(1.01);
    // Exact: one word more in the last slice is seen.
    expect(tokenizer.count(`${PROSE.repeat(many)}forgotten forgotten`)).toBeGreaterThan(counted);
  });

  test('C16 a slice never cuts a surrogate pair', () => {
    const shifted = `x${'\u{1f600}'.repeat(1_200)}`;
    expect(tokenizer.count(shifted)).toBe(tokenizer.count('\u{1f600}'.repeat(1_200)) + 1);
  });

  test('C16 an estimate is drawn from the whole text: expensive text at one end does not stand for all of it', () => {
    const dear = letters(300_000, 97, 26);
    const cheap = PROSE.repeat(Math.round(300_000 / PROSE.length));
    const perCharacter = (text: string) => tokenizer.count(text.slice(0, 1_000)) / 1_000;
    const real = perCharacter(dear) * dear.length + perCharacter(cheap) * cheap.length;
    for (const text of [dear + cheap, cheap + dear]) {
      expect(tokenizer.count(text) / real).toBeGreaterThan(0.65);
      expect(tokenizer.count(text) / real).toBeLessThan(1.45);
    }
  });

  test.for(Object.entries(HOSTILE))('C16 a megabyte of %s holds the loop for at most 20 ms', ([, text]) => {
    expect(cpuTime(9, () => tokenizer.count(text))).toBeLessThan(20);
    expect(tokenizer.count(text)).toBe(tokenizer.count(text));
    expect(tokenizer.count(text)).toBeGreaterThan(text.length / 200);
  });
});
