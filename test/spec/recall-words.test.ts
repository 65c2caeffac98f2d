import { wordsOf } from '@parley/server/core/recall/text-words';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import type { ContextInput, ContextItem } from '@parley/server/core/context/context';
import { expect, test } from 'vitest';
import { ana, ben, build, items, said, type Line } from '../kit/context-items.ts';
import { cpuTime } from '../kit/cpu-time.ts';

const words = (text: string): number[] => [...wordsOf(text)];

test('C6 words are equal whatever their case, accents and width, and different otherwise', () => {
  expect(words('CAFÉ')).toEqual(words('cafe'));
  expect(words('cafe\u0301')).toEqual(words('café'));
  expect(words('Ｗｉｄｅ')).toEqual(words('wide'));
  expect(words('Straße')).not.toEqual(words('strase'));
  expect(words('कि की')).toHaveLength(2);
  expect(new Set(words('कि की')).size).toBe(2);
  expect(words('error-42, error_42; error/42')).toEqual([
    ...words('error 42'),
    ...words('error 42'),
    ...words('error 42'),
  ]);
  expect(new Set(words('ab ba abc 42 24')).size).toBe(5);
});

test('C6 a single letter is no word, and neither is what stands between words', () => {
  expect(words('a b … — 1 “x”')).toEqual([]);
  expect(words('')).toEqual([]);
  expect(words('to be')).toHaveLength(2);
});

test('C6 where no spaces are written every two characters are a word', () => {
  const [pair] = words('証明');
  expect(words('港の証明書')).toHaveLength(4);
  expect(words('港の証明書')).toContain(pair);
  expect(words('port証明x1')).toEqual([...words('port'), pair, ...words('x1')]);
  expect(words('ทดสอบ')).toHaveLength(4);
});

const MEGABYTE = 1_048_576;
const HOSTILE: Readonly<Record<string, string>> = {
  'one word': 'x'.repeat(MEGABYTE),
  'as many words as there is room for': Array.from({ length: 260_000 }, (_, at) => at.toString(36)).join(' '),
  marks: 'a\u0315\u0300'.repeat(MEGABYTE / 3),
  Han: '証明'.repeat(MEGABYTE / 2),
  'what becomes longer': '\ufdfa'.repeat(MEGABYTE),
  'halves of characters': '\ud83d'.repeat(MEGABYTE),
};

test('C6 C16 no text holds the process up, whether it is said or asked', () => {
  for (const [name, text] of Object.entries(HOSTILE))
    expect(
      cpuTime(5, () => wordsOf(text)),
      name,
    ).toBeLessThan(20);
  const room = items(...Object.values(HOSTILE).map((text) => said(ben, text, { tokens: 10_000 })));
  const memory = new RoomWords();
  for (const [name, text] of Object.entries(HOSTILE)) {
    const prompt = { seq: 99, author: ana, text, tokens: 1 };
    const ask = (more: Partial<ContextInput>) => build(room, { prompt, words: memory, budget: 3_000, ...more });
    const withoutRecall = cpuTime(5, () => ask({ recalled: [] }));
    expect(cpuTime(5, () => ask({})) - withoutRecall, name).toBeLessThan(20);
  }
});

/** Entries with a word that is as common as a word that asks for something may be, and talk behind them. */
const eight = (...more: Line[]): ContextItem[] =>
  items(
    ...more,
    ...Array.from({ length: 8 }, (_, at) => said(ben, `harbour ${at}x`)),
    ...Array.from({ length: 30 }, (_, at) => said(ben, `some talk ${at}y`, { tokens: 120 })),
  );
const recalled = (room: readonly ContextItem[], memory = new RoomWords()): readonly string[] =>
  build(room, { prompt: { seq: 99, author: ana, text: 'harbour', tokens: 1 }, words: memory, budget: 3_000 }).manifest
    .recalled ?? [];

test('C6 T10 R14 how common a word is depends on nothing that was redacted or said off the record', () => {
  expect(recalled(eight())).not.toEqual([]);
  expect(recalled(eight(said(ben, 'harbour')))).toEqual([]);
  expect(recalled(eight(said(ben, 'harbour', { offRecord: true })))).not.toEqual([]);
  const memory = new RoomWords();
  const nine = eight(said(ben, 'harbour'));
  expect(recalled(nine, memory)).toEqual([]);
  const redacted = nine.map((one) =>
    one.entry.seq === 1 ? { ...one, entry: { ...one.entry, text: '', redactedBy: 'ben' } } : one,
  );
  expect(recalled(redacted, memory)).not.toEqual([]);
});
