import { describe, expect, test } from 'vitest';
import { DOUBLE_LOCKS, FAULTS } from './faults.ts';
import { breaks, PROPERTIES } from './noninterference.ts';
import { RULES } from './rules.ts';

/** PARLEY_LAWS_RUNS and PARLEY_LAWS_SEED look for longer, or again. */
const RUNS = Number(process.env['PARLEY_LAWS_RUNS'] ?? 600);
const SEED = Number(process.env['PARLEY_LAWS_SEED'] ?? 20_261_128);
/** Rare mistakes take some thousand histories to show, and with some seeds more. */
const FAULT_RUNS = Math.max(6_000, RUNS);
const LONG = 600_000;

describe('R3 R4 R5 R6 R9 the rules, executed, with an AI that gives away whatever it was told', () => {
  test.each(PROPERTIES)(
    '$name $statement',
    (property) => {
      expect(breaks(property, RULES, RUNS, SEED)).toBeNull();
    },
    LONG,
  );
});

describe('the properties notice each mistake', () => {
  test.each(FAULTS)(
    '$mistake',
    ({ rules, breaks: names }) => {
      const found = PROPERTIES.filter(({ name }) => names.includes(name)).some(
        (property) => breaks(property, rules, FAULT_RUNS, SEED) !== null,
      );
      expect(found).toBe(true);
    },
    LONG,
  );

  test.each(DOUBLE_LOCKS)(
    'not noticed, because of another lock: $mistake',
    ({ rules }) => {
      for (const property of PROPERTIES) expect(breaks(property, rules, RUNS, SEED)).toBeNull();
    },
    LONG,
  );
});
