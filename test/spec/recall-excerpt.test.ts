import { linesOf } from '@parley/server/core/context/text-lines';
import { excerptOf } from '@parley/server/core/recall/excerpt';
import { wordsOf } from '@parley/server/core/recall/text-words';
import { expect, test } from 'vitest';

const FILLER = 'and a line of other things that goes on and on about them, '.repeat(4);
/** Each line that is said, counted from 0; those behind a `-` are heard anyway. */
function said(text: string, asks: Readonly<Record<string, number>>): readonly number[] {
  const marked = text.split('\n');
  const lines = linesOf(marked.map((line) => line.replace(/^-/, '')).join('\n')) ?? [];
  const fresh = marked.map((line) => !line.startsWith('-'));
  const asked = new Map(Object.entries(asks).map(([word, weight]) => [wordsOf(word)[0] ?? 0, weight]));
  return excerptOf(lines, fresh, asked).flatMap(({ from, to }) =>
    Array.from({ length: to - from }, (_, at) => from + at),
  );
}

test('C6 of a long text a line is said that is a fifth as much about the question as the best is', () => {
  const text = `harbour\n${FILLER}\nthe gate\n${FILLER}\nthe lamp`;
  expect(said(text, { harbour: 10, gate: 2, lamp: 1.9 })).toEqual([0, 2]);
  expect(said(`-${text}`, { harbour: 10, gate: 2, lamp: 1.9 })).toEqual([2]);
  expect(said(`${text} lamp`, { harbour: 10, lamp: 1.9 })).toEqual([0]);
});

test('C6 of a short text every line is said that is not heard anyway', () => {
  expect(said('harbour\nand so on\nthe lamp', { harbour: 10, lamp: 1 })).toEqual([0, 1, 2]);
  expect(said('harbour\n-and so on\nthe lamp', { harbour: 10, lamp: 1 })).toEqual([0, 2]);
});

test('C6 nothing is said where what is not heard anyway has less than a tenth of the question’s weight', () => {
  for (const text of ['-harbour\nthe lamp', `-harbour\n${FILLER}\nthe lamp`]) {
    const lamp = text.split('\n').length - 1;
    expect(said(text, { harbour: 4, lamp: 1 }), text).toEqual([lamp]);
    expect(said(text, { harbour: 4, lamp: 1, gate: 5 }), text).toEqual([lamp]);
    expect(said(text, { harbour: 4, lamp: 1, gate: 5.1 }), text).toEqual([]);
  }
  expect(said('-harbour\nand so on', { harbour: 9 })).toEqual([]);
  const weak = `-harbour\n${FILLER}\nthe gate\n${FILLER}\nthe lamp`;
  expect(said(weak, { harbour: 5, gate: 1, lamp: 0.9, crane: 3 })).toEqual([2]);
  expect(said(weak, { harbour: 5, gate: 1, lamp: 0.9, crane: 3.2 })).toEqual([]);
});

test('C6 several lines together may have that tenth, and a word counts once', () => {
  const asks = { harbour: 0.5, lamp: 0.5, gate: 9 };
  expect(said('a lamp of the harbour', asks)).toEqual([0]);
  expect(said('a lamp\nof the harbour', asks)).toEqual([0, 1]);
  expect(said('a lamp\nof the lamp', asks)).toEqual([]);
  expect(said('a lamp lamp', asks)).toEqual([]);
});
