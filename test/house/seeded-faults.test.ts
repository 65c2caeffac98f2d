import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { SEEDED_FAULTS } from '../hostile/faults/seeded.ts';

const ROOT = resolve(import.meta.dirname, '../..');

test('what a seeded fault changes stands in the sources, once, and its name is its own', () => {
  for (const { name, edits, caughtBy } of SEEDED_FAULTS) {
    for (const { file, from } of edits)
      expect([name, readFileSync(resolve(ROOT, file), 'utf8').split(from).length - 1]).toEqual([name, 1]);
    expect(readFileSync(resolve(ROOT, 'test', caughtBy), 'utf8')).toContain('test(');
  }
  expect(new Set(SEEDED_FAULTS.map(({ name }) => name)).size).toBe(SEEDED_FAULTS.length);
});
