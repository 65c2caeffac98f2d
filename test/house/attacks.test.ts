import { expect, test } from 'vitest';
import { readTree } from '../../scripts/lib/tree.ts';

test('each of the ninety attacks is tried by a test of its number or accounted for in SECURITY.md, and none is both', () => {
  const titles = readTree('test/hostile/*.test.ts').flatMap(({ text }) =>
    [...text.matchAll(/['"`]((?:A\d+ )+)/g)].map((match) => match[1] ?? ''),
  );
  const tried = titles.flatMap(numbersIn);
  const [, told = ''] = (readTree('SECURITY.md')[0]?.text ?? '').split('are titled by those numbers.');
  const accounted = numbersIn(told);
  const all = Array.from({ length: 90 }, (_, index) => index + 1);
  expect(all.filter((attack) => !tried.includes(attack) && !accounted.includes(attack))).toEqual([]);
  expect(all.filter((attack) => tried.includes(attack) && accounted.includes(attack))).toEqual([]);
});

/** `A7`, and each of `A49–A53`. */
function numbersIn(text: string): number[] {
  return [...text.matchAll(/A(\d+)(?:–A(\d+))?/g)].flatMap(([, from, to = from]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index),
  );
}
