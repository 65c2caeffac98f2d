import { LineNumbers } from '@parley/server/core/context/line-numbers';
import { linesOf } from '@parley/server/core/context/text-lines';
import { expect, test } from 'vitest';

const lines = (text: string) => linesOf(text) ?? [];

test('R8 equal lines have one number and others have others, also in what goes on from before', () => {
  const before = new LineNumbers();
  const [a, b] = before.of(lines('a\n> b'));
  const later = new LineNumbers(before);
  const other = new LineNumbers(before);
  const [again, c, d] = later.of(lines('b\nc\nd'));
  expect(again).toBe(b);
  expect(new Set([a, b, c, d]).size).toBe(4);
  expect(other.of(lines('a'))).toEqual([a]);
  expect(new Set([a, b, ...other.of(lines('x\ny'))]).size).toBe(4);
});

test('C16 a text is numbered once, however often it is folded', () => {
  const numbers = new LineNumbers();
  const text = lines('a\nb');
  const first = numbers.of(text);
  expect(numbers.of(text)).toBe(first);
  expect(new LineNumbers(numbers).of(text)).toBe(first);
});
