import { expect, test } from 'vitest';
import { readTree } from '../../scripts/lib/tree.ts';

test('A90 what decides rights rests on no library of policies: the core imports itself, what both sides speak, and schemas', () => {
  const files = readTree('server/src/core/**/*.ts', 'shared/src/**/*.ts');
  const imported = files.flatMap(({ text }) =>
    [...text.matchAll(/^(?:import|export) [^;]*?from '([^.'][^']*)';/gms)].map((match) => match[1] ?? ''),
  );
  const outside = new Set(imported.filter((name) => !name.startsWith('@parley/shared/')));
  expect([...outside].toSorted()).toEqual(['lib0/decoding', 'lib0/encoding', 'zod']);
});

test('A90 no rule is made from data: nothing evaluates text as a program', () => {
  const sources = readTree('server/src/**/*.ts', 'shared/src/**/*.ts').map(({ text }) => text);
  expect(sources.filter((text) => /\beval\(|new Function\(|from 'node:vm'/.test(text))).toEqual([]);
});
