import { expect, test } from 'vitest';
import { DOUBLE_LOCKS } from './faults.ts';
import { LONG_MS, SEARCH, tell } from './laws.ts';
import { breach, PROPERTIES } from './noninterference.ts';
import { RULES } from './rules.ts';

const { runs, seed } = SEARCH;

test(
  'R3 R4 R5 R6 R9 R14 the rules, executed, with an AI that gives away whatever it was told: no history breaks a property',
  () => {
    expect(breach(RULES, PROPERTIES, SEARCH)).toBeNull();
    for (const { name, statement } of PROPERTIES) tell(`${name} held in ${runs} histories, seed ${seed}: ${statement}`);
  },
  LONG_MS,
);

test.each(DOUBLE_LOCKS)(
  'not noticed, because of another lock: $mistake',
  ({ mistake, rules, otherLock }) => {
    expect(breach(rules, PROPERTIES, SEARCH)).toBeNull();
    tell(`not noticed in ${runs} histories, because ${otherLock}: ${mistake}`);
  },
  LONG_MS,
);
