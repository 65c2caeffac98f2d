import { radixSorted } from '@parley/server/core/recall/radix-sort';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const [LOWEST, HIGHEST] = [-(2 ** 31), 2 ** 31 - 1];
/** Each digit's first and last, on both sides of nothing. */
const EDGES = [0, 1, 2_047, 2_048, 2 ** 22 - 1, 2 ** 22].flatMap((one) => [one, -one, LOWEST + one, HIGHEST - one]);
const key = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.integer({ min: LOWEST, max: HIGHEST }),
  fc.integer({ max: 3, min: -3 }),
);
/** Numbers of one span, in any order. */
const some = fc.integer({ min: 1, max: 4_096 }).chain((span) =>
  fc.record({
    span: fc.constant(span),
    pairs: fc.array(fc.tuple(key, fc.integer({ min: 0, max: span - 1 })), { maxLength: 200 }),
  }),
);

test('C6 numbers are sorted by their keys, and those of one key stay in their order', () => {
  fc.assert(
    fc.property(some, ({ span, pairs }) => {
      const sorted = pairs.toSorted(([a], [b]) => a - b).map(([one, rest]) => one * span + rest);
      const numbers = Float64Array.from(pairs, ([one, rest]) => one * span + rest);
      expect([...radixSorted(numbers, span)]).toEqual(sorted);
    }),
    { numRuns: 300, seed: 20_261_129 },
  );
});

test('C6 the edges of every digit are sorted, and nothing is, and one', () => {
  const numbers = Float64Array.from(EDGES.toReversed(), (one) => one * 512 + 511);
  expect([...radixSorted(numbers, 512)]).toEqual(EDGES.toSorted((a, b) => a - b).map((one) => one * 512 + 511));
  expect([...radixSorted(new Float64Array(), 512)]).toEqual([]);
  expect([...radixSorted(Float64Array.of(LOWEST * 512), 512)]).toEqual([LOWEST * 512]);
});
