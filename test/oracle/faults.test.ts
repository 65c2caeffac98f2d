import { expect, test } from 'vitest';
import { FAULTS } from './faults.ts';
import { FAULT_SEARCH, LONG_MS, tell } from './laws.ts';
import { breach, PROPERTIES } from './noninterference.ts';

test.each(FAULTS)(
  'the properties notice: $mistake',
  ({ mistake, rules, breaks }) => {
    const properties = PROPERTIES.filter(({ name }) => breaks.includes(name));
    const found = breach(rules, properties, FAULT_SEARCH);
    expect(found).not.toBeNull();
    tell(`caught by ${found?.property} after ${found?.histories} histories: ${mistake}`);
  },
  LONG_MS,
);
