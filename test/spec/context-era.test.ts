import type { ContextItem } from '@parley/server/core/context/context';
import { Era } from '@parley/server/core/context/context-era';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ana, answered, asked, ben, items, said, type Line } from '../kit/context-items.ts';

const BUDGET = 1_000;

/** People talk, ask, and talk on before the answer comes. */
const lane = fc
  .array(fc.record({ before: fc.nat(3), meanwhile: fc.nat(2), tokens: fc.integer({ min: 40, max: 150 }) }), {
    minLength: 30,
    maxLength: 60,
  })
  .map((turns) =>
    items(
      ...turns.flatMap(({ before, meanwhile, tokens }, at): Line[] => [
        ...Array.from({ length: before }, () => said(ben, 'before', { tokens })),
        asked(ana, 'what?', String(at), { tokens }),
        ...Array.from({ length: meanwhile }, () => said(ben, 'meanwhile', { tokens })),
        answered('that', String(at), { tokens }),
      ]),
    ),
  );

function eraOf(room: readonly ContextItem[]): Era {
  const era = new Era(BUDGET);
  era.take(room);
  return era;
}
const tokensOf = (room: readonly ContextItem[]) => room.reduce((sum, { tokens }) => sum + tokens, 0);

/** Whether a prompt that is not read has its answer among those that are. */
function isSplit(room: readonly ContextItem[], start: number): boolean {
  const turns = new Set(room.slice(0, start).flatMap(({ entry }) => (entry.kind === 'prompt' ? [entry.turn] : [])));
  return room.slice(start).some(({ entry }) => entry.kind === 'answer' && turns.has(entry.turn));
}

test('C5 property: reading never begins between a prompt and its answer, wherever it is moved to', () => {
  let moved = 0;
  fc.assert(
    fc.property(lane, (room) => {
      for (let to = 1; to <= room.length; to++) {
        const { start } = eraOf(room.slice(0, to));
        if (start > 0) moved++;
        expect(isSplit(room.slice(0, to), start)).toBe(false);
      }
    }),
    { numRuns: 100, seed: 5 },
  );
  expect(moved).toBeGreaterThan(500);
});

test('C16 property: at most six budgets of words are read, and no less than one and a half', () => {
  fc.assert(
    fc.property(lane, (room) => {
      const { start, earlier } = eraOf(room);
      expect(tokensOf(room.slice(start))).toBeLessThanOrEqual(BUDGET * 6);
      if (start > 0) expect(tokensOf(room.slice(start))).toBeGreaterThan(BUDGET * 1.5);
      expect(earlier).toBe(start);
    }),
    { numRuns: 200, seed: 6 },
  );
});

test('C16 of what is not read any more nothing is kept, however long a lane grows', () => {
  const turns = Array.from({ length: 2_000 }, (_, turn): readonly Line[] => [
    asked(ana, 'what?', String(turn), { tokens: 100 }),
    answered('that', String(turn), { tokens: 100 }),
  ]);
  const room = items(...turns.flat());
  // What it keeps is its own; how much went into it and came out again can be counted.
  const [put, taken] = [vi.spyOn(Map.prototype, 'set'), vi.spyOn(Map.prototype, 'delete')];
  const era = eraOf(room);
  const kept = put.mock.calls.length - taken.mock.results.filter(({ value }) => value === true).length;
  vi.restoreAllMocks();
  expect(room.length - era.start).toBeLessThan(100);
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(100);
});

test('C5 where nobody ever asks, some budgets of talk stay too', () => {
  const talk = items(...Array.from({ length: 500 }, () => said(ben, 'talk', { tokens: 100 })));
  for (let to = 61; to <= talk.length; to++) expect(to - eraOf(talk.slice(0, to)).start).toBeGreaterThan(20);
});

test('C5 a turn that alone is more than is read leaves as a whole', () => {
  const talk = Array.from({ length: 59 }, () => said(ben, 'meanwhile', { tokens: 100 }));
  const room = items(asked(ana, 'what?', 'a', { tokens: 100 }), ...talk, answered('that', 'a', { tokens: 100 }));
  expect(eraOf(room.slice(0, -1)).start).toBe(0);
  expect(eraOf(room).start).toBe(room.length);
});

test('C5 property: where reading begins depends on the items alone, not on how they came in', () => {
  fc.assert(
    fc.property(lane, fc.array(fc.nat(300), { maxLength: 8 }), (room, stops) => {
      const era = new Era(BUDGET);
      for (const stop of stops.toSorted((a, b) => a - b)) era.take(room.slice(0, stop));
      era.take(room);
      expect({ start: era.start, earlier: era.earlier }).toEqual({
        start: eraOf(room).start,
        earlier: eraOf(room).earlier,
      });
    }),
    { numRuns: 200, seed: 7 },
  );
});
