import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ARBITER, play, type Arbiter } from '../kit/lane-history.ts';
import { histories } from '../kit/lane-steps.ts';

/**
 * Random histories of four people, a clock, crashes and removals, each event held against P1, P2, P5,
 * P6, P7 and the rules they rest on. A failure prints its seed and path and the shortest history; pin it.
 */
const PINNED: readonly { readonly seed: number; readonly why: string }[] = [
  { seed: 1, why: 'the same histories on every machine' },
  { seed: 20_261, why: 'the same histories on every machine' },
];

describe('P1 P2 P3 P5 P6 P7 P10 hold', () => {
  test.each(PINNED)('for the histories of seed $seed: $why', ({ seed }) => {
    fc.assert(
      fc.property(histories, (steps) => play(ARBITER, steps)),
      { seed, numRuns: 400 },
    );
  });

  test('for histories nobody has seen before', () => {
    fc.assert(
      fc.property(histories, (steps) => play(ARBITER, steps)),
      { numRuns: 400 },
    );
  });
});

test('the histories reach every cell of the table, and every refusal', () => {
  const cells = new Set<string>();
  const refusals = new Set<string>();
  const decide: Arbiter['decide'] = (state, event, now) => {
    const decision = ARBITER.decide(state, event, now);
    cells.add(`${state.kind} ${event.type}`);
    if (decision.kind === 'refused') refusals.add(decision.fault.code);
    return decision;
  };
  fc.assert(
    fc.property(histories, (steps) => play({ ...ARBITER, decide }, steps)),
    { seed: 1, numRuns: 400 },
  );
  expect(cells.size).toBe(3 * 19);
  expect([...refusals].toSorted()).toEqual([
    'already_ended',
    'already_started',
    'condition_failed',
    'forbidden',
    'not_found',
    'queue_full',
    'revision_conflict',
  ]);
});
