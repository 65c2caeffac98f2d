import { usageCsv } from '@parley/client/admin/usage-csv';
import { kindOfScope, limitFacts, readTokens } from '@parley/client/admin/budget-facts';
import { anewOn, standingOf } from '@parley/client/ui/budget-standing';
import { sumsOf } from '@parley/client/ui/usage-sums';
import { forecastWords } from '@parley/client/ui/forecast-words';
import { RoomId } from '@parley/shared/ids';
import { expect, test } from 'vitest';

const budget = (tokens: number | null, used: number, reserved = 0) => {
  return { month: '2026-12', tokens, unreadable: false, used, reserved };
};

test('G7 UI a budget is open, fine, over four fifths, or spent when no answer fits in what neither is used nor held', () => {
  expect(standingOf(budget(null, 9_999_999))).toBe('open');
  expect(standingOf(budget(1_000, 799))).toBe('fine');
  expect(standingOf(budget(1_000, 800))).toBe('warned');
  expect(standingOf(budget(1_000, 900, 36))).toBe('warned');
  expect(standingOf(budget(1_000, 900, 37))).toBe('spent');
  expect(standingOf(budget(1_000, 0, 950))).toBe('spent');
  expect(standingOf(budget(0, 0))).toBe('spent');
});

test('G7 UI a month begins anew on the first of the next one, over the end of the year too', () => {
  expect(anewOn('2026-11')).toMatch(/Dec.*2026|2026.*Dec/);
  expect(anewOn('2026-12')).toMatch(/Jan.*2027|2027.*Jan/);
});

test('G7 UI a limit says what it does: told at four fifths, ended at its end, and at once when so much is used already', () => {
  const facts = (tokens: number, used: number) => limitFacts(tokens, budget(null, used), 'user').join('\n');
  expect(facts(1_001, 0)).toMatch(
    /^At 801 \(80 %\) whoever.* is told.*\nAt 1.001 an answer stops.*nobody else.*\nOn .*2027/,
  );
  expect(facts(1_001, 801)).toMatch(/^More than 80 % of that is used already.*\nAt 1.001/);
  expect(facts(1_001, 800)).toMatch(/^At 801/);
  expect(facts(1_001, 1_001)).toMatch(/^That much is used already: from now on no model answers them.*2027/);
  expect(facts(1_001, 1_001)).not.toContain('\n');
  expect(limitFacts(1_001, budget(null, 0), 'room')[1]).toContain('private questions there are not counted');
  expect(['tenant', 'room:user:x', 'user:room:x'].map(kindOfScope)).toEqual(['tenant', 'room', 'user']);
});

test('G7 UI a limit is written as people write numbers, and what is no whole number is none', () => {
  expect(['1000000', '1,000,000', '1 000 000', '0'].map(readTokens)).toEqual([1e6, 1e6, 1e6, 0]);
  expect(['', '-1', '1e6', 'many', '9'.repeat(16)].map(readTokens)).toEqual([null, null, null, null, null]);
});

test('G6 UI what a person used is summed for this room, for private lanes, and for all other rooms', () => {
  const row = (room: string | null, n: number) => {
    const at = room === null ? null : RoomId.parse(room);
    const unread = { cacheWriteTokens: 0, reasoningTokens: 0, cost: 0, unpriced: 0 };
    return { room: at, calls: n, inputTokens: n * 10, cachedTokens: n * 2, outputTokens: n * 3, ...unread };
  };
  const sum = (n: number) => ({ calls: n, inputTokens: n * 10, cachedTokens: n * 2, outputTokens: n * 3 });
  expect(sumsOf([row('b', 1), row(null, 2), row('a', 4), row('c', 8)], 'a')).toMatchObject([
    ['here', sum(4)],
    ['privately', sum(2)],
    ['elsewhere', sum(9)],
  ]);
  expect(sumsOf([row('b', 1)], 'a').map(([place]) => place)).toEqual(['elsewhere']);
  expect(sumsOf([], 'a')).toEqual([]);
});

test('G7 UI what a question would take is told as a rough band beside what is left, and when that may not be enough', () => {
  const forecast = (p50: number, p90: number, left: number | null) =>
    forecastWords({ inputTokens: 11_000, p50, p90, left });
  const plain = (p50: number, p90: number, left: number | null) =>
    forecast(p50, p90, left).words.replaceAll(/(?<=\d)\D(?=\d{3}\b)/gu, '');
  expect(plain(12_345, 18_950, 412_007)).toBe(
    'This takes about 12000 to 19000 tokens, of the 412007 you have left this month.',
  );
  expect(plain(12_345, 12_399, null)).toBe('This takes about 12000 tokens.');
  expect(forecast(12_345, 18_950, 18_950).short).toBe(false);
  expect(forecast(12_345, 18_950, 18_949)).toMatchObject({
    short: true,
    words: expect.stringMatching(/may end early/),
  });
  expect(forecast(12_345, 18_950, 11_000).words).toMatch(/may end early/);
  expect(forecast(12_345, 18_950, 10_999)).toMatchObject({
    short: true,
    words: expect.stringMatching(/not be answered/),
  });
  expect(forecastWords({ inputTokens: 1, p50: 7, p90: 9, left: null }).words).toMatch(/ 7 to 9 /);
});

test('G6 UI usage as a file names what it is summed over, and no name in it is taken for a formula', () => {
  const row = { calls: 1, inputTokens: 20, cachedTokens: 5, outputTokens: 3, unpriced: 0 };
  const rows = ['=cmd|"x"', 'ana'].map((user) => ({ ...row, user, cacheWriteTokens: 0, reasoningTokens: 0, cost: 7 }));
  expect(usageCsv(rows, 'user').split('\r\n')).toEqual([
    'user,calls,inputTokens,cachedTokens,cacheWriteTokens,outputTokens,cost,unpriced',
    `"'=cmd|""x""",1,20,5,0,3,7,0`,
    '"ana",1,20,5,0,3,7,0',
    '',
  ]);
});
