import type { ContextItem } from '@parley/server/core/context/context';
import { windowed } from '@parley/server/core/context/context-window';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ana,
  answered,
  asked,
  ben,
  boundary,
  build,
  contents,
  everything,
  item,
  said,
  TALK,
} from '../kit/context-items.ts';

describe('what does not fit', () => {
  const turns = (count: number, tokens = 100) =>
    Array.from({ length: count * 2 }, (_, index) =>
      item(
        index + 1,
        index % 2 === 0
          ? asked(ana, `q${index}`, String(index >> 1), { tokens })
          : answered(`a${index}`, String(index >> 1), { tokens }),
      ),
    );
  const budget = 8_000;
  const firstOf = (room: readonly ContextItem[]) => build(room, { budget }).manifest.from;

  test('C5 all of a lane is sent up to the budget, and never more than the budget', () => {
    for (let count = 0; count < 120; count++) {
      const { manifest } = build(turns(count), { budget });
      expect(manifest.tokens).toBeLessThanOrEqual(budget);
      if (manifest.from > 1) expect(manifest.tokens).toBeGreaterThan(budget * 0.3);
    }
    expect(firstOf(turns(20))).toBe(1);
    expect(firstOf(turns(60))).toBeGreaterThan(1);
  });

  test('C5 old turns go in coarse steps, whole turns only, so the prefix stays between steps', () => {
    const starts = Array.from({ length: 200 }, (_, count) => firstOf(turns(count)));
    expect(starts.every((from) => from % 2 === 1)).toBe(true);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    const steps = new Set(starts).size - 1;
    expect(steps).toBeGreaterThan(5);
    expect(steps).toBeLessThan(30);
  });

  test('C5 property: where a history starts', () => {
    const sized = fc.array(fc.record({ tokens: fc.integer({ min: 1, max: 100 }), endsTurn: fc.boolean() }), {
      maxLength: 200,
    });
    const windowStart = (pieces: readonly { tokens: number; endsTurn: boolean }[], limit: number) =>
      windowed(
        pieces.map((piece) => ({ ...piece, lines: () => null, folds: 'never' as const })),
        limit,
      ).start;
    fc.assert(
      fc.property(sized, fc.integer({ min: 50, max: 2_000 }), (pieces, limit) => {
        const start = windowStart(pieces, limit);
        const sum = (from: number) => pieces.slice(from).reduce((total, { tokens }) => total + tokens, 0);
        expect(sum(start)).toBeLessThanOrEqual(limit);
        if (start > 0) expect(sum(0)).toBeGreaterThan(limit);
        // Whole turns, unless the cut lies in a turn that was not over when it was made.
        const longTurns = pieces.some((_, at) => sumOfTurn(pieces, at) > limit * 0.4);
        if (start > 0 && !longTurns) expect(pieces[start - 1]?.endsTurn).toBe(true);
        // What was dropped stays dropped, and nothing that comes later is needed to know it.
        expect(windowStart(pieces.slice(0, -1), limit)).toBeLessThanOrEqual(start);
      }),
      { numRuns: 500 },
    );
    /** Tokens of the turn that an item belongs to. */
    function sumOfTurn(pieces: readonly { tokens: number; endsTurn: boolean }[], at: number): number {
      let from = at;
      while (from > 0 && !pieces[from - 1]?.endsTurn) from--;
      let total = 0;
      for (let index = from; index < pieces.length; index++) {
        total += pieces[index]?.tokens ?? 0;
        if (pieces[index]?.endsTurn) break;
      }
      return total;
    }
  });

  test('C5 one line says how much is left out', () => {
    const context = build(turns(60), { budget });
    const { from } = context.manifest;
    expect(
      contents(context)[1]?.startsWith(
        `<parley-${boundary}>${from - 1} earlier entries are left out.</parley-${boundary}>\n<said`,
      ),
    ).toBe(true);
    expect(everything(build(TALK))).not.toContain('left out');
  });

  test('C5 talk without a single answer is cut between entries, in linear time', () => {
    const room = Array.from({ length: 10_000 }, (_, index) => item(index + 1, said(ben, `m${index}`, { tokens: 50 })));
    const context = build(room, { budget });
    expect(context.manifest.from).toBeGreaterThan(9_900);
    expect(context.manifest.tokens).toBeLessThanOrEqual(budget);
  });

  test('C5 the prefix of a turn is the prefix of the next one unless a step was taken', () => {
    for (let count = 30; count < 90; count++) {
      const one = build(turns(count), { budget });
      const next = build(turns(count + 1), { budget });
      if (one.manifest.from !== next.manifest.from) continue;
      expect(next.messages.slice(0, one.messages.length - 1)).toEqual(one.messages.slice(0, -1));
    }
  });
});
