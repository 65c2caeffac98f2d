import { envelopes } from '@parley/server/core/context/envelope';
import { folded } from '@parley/server/core/context/context-window';
import { foldedText } from '@parley/server/core/context/folded-text';
import { Repeats } from '@parley/server/core/context/repeats';
import { leastTokens, linesOf } from '@parley/server/core/context/text-lines';
import { excerptPiece } from '@parley/server/core/recall/excerpt-piece';
import type { LineRange } from '@parley/server/core/recall/excerpt';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ana, boundary, hash, item, said, tokenizer } from '../kit/context-items.ts';
import { mulberry32 } from '../kit/ids.ts';

/** What pieces of words are told apart by, and where two of them are one all the same. */
const PARTS = [
  ...[
    'a',
    'b',
    'A',
    'B',
    "'",
    '’',
    '"',
    '/',
    '.',
    '!',
    '-',
    ' ',
    '  ',
    '\t',
    '1',
    '234',
    '_',
    '<',
    '&',
    ';',
    '//',
    '?!',
  ],
  ...['é', 'e\u0301', 'ǅ', 'ʰ', '中', 'あ', 'ก', '❤️', '🙂', 'ﬁ', 'ſ', '५', 'ª', '\u00a0', '\u200d'],
  ...["don't", "'LL", "'s", 'the', 'Hello', 'camelCase', 'HTTPServer', 'https://a.b/c', ' :-)', 'x86_64', '3.14'],
];
const line = fc.oneof(
  fc.array(fc.constantFrom(...PARTS), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.lorem({ maxCount: 12 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\n', '')),
);

test('C16 property: the fewest tokens that lines can have, added up, are never more than all of them have', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
      const least = lines.reduce((sum, one) => sum + leastTokens(one), 0);
      expect(least).toBeLessThanOrEqual(tokenizer.count(lines.join('\n')));
    }),
    // A slash may go on where signs and the end of a line were.
    { numRuns: 8_000, seed: 20_261_128, examples: [[['!', '//']], [['a).', '/', '/.']], [["it's", "'sA"]]] },
  );
});

test('C16 what is left of a text in its fewest tokens is little less than it has', () => {
  const text =
    "oh right, ubuntu -- with sudo of course: it's in /etc/apt/sources.list, I don't know (or version 9.04?)";
  expect(tokenizer.count(text) - leastTokens(text)).toBeLessThanOrEqual(5);
});

test('C6 C16 property: an excerpt takes no more tokens than it is counted for', () => {
  const hand = { boundary, wrap: envelopes(boundary), hash };
  const lines = fc.array(fc.tuple(line, fc.boolean()), { minLength: 2, maxLength: 16 });
  fc.assert(
    fc.property(lines, (said_) => {
      const one = item(1, said(ana, said_.map(([text]) => text).join('\n')));
      const ranges: LineRange[] = said_.flatMap(([, isSaid], at) => (isSaid ? [{ from: at, to: at + 1 }] : []));
      const [excerpt, whole] = [ranges, null].map((shown) => excerptPiece({ item: one, lines: shown }, '1', hand));
      const body = excerpt?.render([]).split('\n').slice(1, -1).join('\n') ?? '';
      const around = (whole?.tokens ?? 0) - one.tokens;
      expect((excerpt?.tokens ?? 0) - around).toBeGreaterThanOrEqual(tokenizer.count(body));
    }),
    { numRuns: 2_000, seed: 20_261_128 },
  );
});

describe('C16 what is counted for references', () => {
  const hand = { wrap: envelopes(boundary), hash };
  const random = mulberry32(20_261_128);
  const drawn = (from: string | readonly string[], many: number) =>
    Array.from({ length: many }, () => from[Math.floor(random() * from.length)]);
  const piece = (words: string, before = '', cite: string | null = null) => {
    const lines = linesOf(before + words);
    return {
      tokens: tokenizer.count(words),
      endsTurn: false,
      folds: 'at-once' as const,
      lines: () => lines,
      cite,
      words,
    };
  };
  /** Of the longest names that anything is cited by, on a shelf of a private lane, those that take most. */
  const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';
  const cites = Array.from({ length: 1_500 }, () => {
    const [after, seq] = [100_000, 10_000].map((least) => least + Math.floor(random() * 9 * least));
    return `me.${after}.${drawn(LETTERS, 6).join('')}.${seq}`;
  }).toSorted((a, b) => tokenizer.count(b) - tokenizer.count(a));
  const sources = cites.slice(0, 40).map((cite) => {
    const words = drawn(['the', 'pump', 'makes', 'such', 'noise', 'here', 'and', 'there'], 24).join(' ');
    return piece(words, '\n'.repeat(8_191), cite);
  });
  const earlier = new Repeats<(typeof sources)[number]>();
  for (const source of sources) earlier.add(source, source.lines() ?? [], []);

  /** What is sent for a text that says these again, and what it is counted for. */
  function foldedAgain(again: readonly { readonly words: string }[]) {
    const { repeats, lines, tokens } = folded(piece(again.map(({ words }) => words).join('\n')), earlier);
    const [repeat] = repeats;
    expect(repeat?.places.map(({ at }) => at)).toEqual(again.map(() => 8_191));
    return { counted: tokens, real: tokenizer.count(foldedText(lines ?? [], repeats, hand)) };
  }

  test('C16 a text of references takes no more tokens than it is counted for, with one place, two, and many', () => {
    const pairs = sources.slice(1).map((source, n) => [sources[n] ?? source, source]);
    for (const again of [...sources.map((source) => [source]), ...pairs]) {
      const { counted, real } = foldedAgain(again);
      expect([again.length, counted >= real]).toEqual([again.length, true]);
    }
    const { counted, real } = foldedAgain(sources);
    expect(counted).toBeGreaterThanOrEqual(real);
  });
});
