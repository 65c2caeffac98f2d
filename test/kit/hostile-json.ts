import * as fc from 'fast-check';

/** JSON text of values that honest clients never send in a field. */
const ODD = [
  'null',
  'true',
  '-1',
  '1e308',
  '1e999',
  '0.5',
  '""',
  '"__proto__"',
  '"\\u0000\\ud800"',
  '[]',
  '{}',
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"isAdmin":true}}}',
  '{"toString":1,"hasOwnProperty":null}',
  `"${'x'.repeat(70_000)}"`,
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
];
const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'type',
  'id',
  'user',
  'author',
  'tenant',
  'role',
  'by',
  'lane',
];

/** Texts that are nearly one of these values: a field swapped for something odd, dropped, added, or the text cut. */
export function nearly(values: readonly object[]): fc.Arbitrary<string> {
  return fc
    .record({
      value: fc.constantFrom(...values),
      at: fc.nat(20),
      odd: fc.constantFrom(...ODD),
      name: fc.constantFrom(...NAMES),
      how: fc.constantFrom('swap', 'swap', 'swap', 'drop', 'add', 'add', 'cut', 'keep'),
    })
    .map(({ value, at, odd, name, how }) => {
      const whole = JSON.stringify(value);
      if (how === 'keep') return whole;
      if (how === 'cut') return whole.slice(0, at % whole.length);
      if (how === 'add') return `${whole.slice(0, -1)},${JSON.stringify(name)}:${odd}}`;
      return changed(value, at, how === 'drop' ? null : odd);
    });
}

/** The text of a value in which the nth of all its fields, at any depth, is another text or is gone. */
function changed(value: object, nth: number, replacement: string | null): string {
  const places = placesOf(value);
  const chosen = places[nth % Math.max(1, places.length)];
  const write = (part: unknown, path: string): string => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return JSON.stringify(part);
    const fields = Object.entries(part).flatMap(([key, inner]) => {
      const here = `${path}/${key}`;
      if (here !== chosen) return [`${JSON.stringify(key)}:${write(inner, here)}`];
      return replacement === null ? [] : [`${JSON.stringify(key)}:${replacement}`];
    });
    return `{${fields.join()}}`;
  };
  return write(value, '');
}

function placesOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [`${path}/${key}`, ...placesOf(inner, `${path}/${key}`)]);
}
