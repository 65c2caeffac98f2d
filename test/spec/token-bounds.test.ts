import { envelopes } from '@parley/server/core/context/envelope';
import { leastTokens } from '@parley/server/core/context/text-lines';
import { excerptPiece } from '@parley/server/core/recall/excerpt-piece';
import type { LineRange } from '@parley/server/core/recall/excerpt';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ana, boundary, hash, item, said, tokenizer } from '../kit/context-items.ts';

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
