import { MemoryAudit } from '@parley/server/adapters/store/audit-memory';
import { MemoryBudgets } from '@parley/server/adapters/store/budgets-memory';
import { o200kTokenizer } from '@parley/server/adapters/model/tokenizer';
import { AttemptSettled } from '@parley/server/core/budget/attempt-settled';
import { bandOf, kindOf, learned, NOTHING_KNOWN, type Forecast } from '@parley/server/core/budget/forecast';
import { costOf } from '@parley/server/core/budget/price';
import { monthOf } from '@parley/server/core/budget/scopes';
import { Budgets, type Claim, type Reservation } from '@parley/server/room/budgets';
import type { RecordOf } from '@parley/server/core/records';
import type { BudgetTable, UsedTokens } from '@parley/server/ports/budgets';
import { must } from '@parley/shared/assert';
import { RoomId, TurnId, UserId } from '@parley/shared/ids';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestClock } from '../kit/clock.ts';
import { ircAnswers } from '../kit/irc-answers.ts';
import { REF } from '../kit/room-ref.ts';

const ana = UserId.parse('ana');
const den = RoomId.parse('den');
const TENANT = { kind: 'tenant' } as const;
const ANA = { kind: 'user', user: ana } as const;
const DEN = { kind: 'room', room: den } as const;

function world() {
  const clock = new TestClock(Date.UTC(2026, 10, 28));
  const table = new MemoryBudgets(new MemoryAudit());
  return { clock, table, budgets: new Budgets(table, clock) };
}
function claim(more: Partial<Claim> = {}): Claim {
  const payer = { room: den, user: ana, shared: true };
  return { tenant: REF.tenant, payer, granted: null, inputTokens: 100, p90: 300, most: 4_096, ...more };
}
function held(reserved: ReturnType<Budgets['reserve']>): Reservation {
  if ('spent' in reserved) throw new Error(`spent: ${reserved.spent.kind}`);
  return reserved;
}
function spending(outputTokens: number, cachedTokens = 0) {
  return { inputTokens: 100, cachedTokens, outputTokens };
}

describe('G7 budgets', () => {
  test('G7 100 calls at once at the limit: what they use is never more than there is, whatever each of them takes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60_000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 100, maxLength: 100 }),
        (limit, shares) => {
          const { budgets, table } = world();
          void table.setLimit(REF.tenant, DEN, limit);
          const running = shares.flatMap((share) => {
            const reserved = budgets.reserve(claim());
            return 'spent' in reserved ? [] : [{ reserved, share }];
          });
          for (const { reserved, share } of running) {
            budgets.charge(reserved, spending(Math.floor(share * reserved.outputTokens)));
            budgets.release(reserved);
          }
          const after = budgets.standing(REF.tenant, DEN);
          expect(after.used).toBeLessThanOrEqual(limit);
          expect(after.held).toBe(0);
          if (limit >= 4_296) expect(running.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('G7 near the limit a call gets what nine of ten need, then what there is, then nothing', () => {
    const { budgets, table } = world();
    void table.setLimit(REF.tenant, ANA, 4_196 + 400 + 363);
    const outputs = () => {
      const reserved = budgets.reserve(claim());
      return 'spent' in reserved ? reserved.spent.kind : reserved.outputTokens;
    };
    expect([outputs(), outputs(), outputs(), outputs()]).toEqual([4_096, 300, 263, 'user']);
  });

  test('G6 what was cached is charged to room and tenant, the rest to the speaker and their grant too, private calls to no room', () => {
    const { budgets } = world();
    const shared = held(budgets.reserve(claim()));
    budgets.charge(shared, spending(10, 60));
    budgets.release(shared);
    const own = held(budgets.reserve(claim({ payer: { room: den, user: ana, shared: false } })));
    budgets.charge(own, spending(5));
    budgets.release(own);
    const used = [TENANT, ANA, DEN].map((scope) => budgets.standing(REF.tenant, scope).used);
    expect(used).toEqual([110 + 105, 50 + 105, 110]);
    const granted = { tenant: REF.tenant, payer: { room: den, user: ana, shared: true }, granted: 1_000 };
    expect(budgets.leftOf(granted)).toBe(1_000 - 50 - 105);
    expect(budgets.leftOf({ ...granted, granted: null })).toBeNull();
    expect(budgets.leftOf({ ...granted, granted: 100 })).toBe(0);
  });

  test('G7 a grant limits one person in one room; another account that is full is named', () => {
    const { budgets, table } = world();
    expect(budgets.reserve(claim({ granted: 150 }))).toEqual({ spent: { kind: 'grant', room: den, user: ana } });
    expect(held(budgets.reserve(claim({ granted: 200 }))).outputTokens).toBe(100);
    void table.setLimit(REF.tenant, TENANT, 300);
    expect(budgets.reserve(claim())).toEqual({ spent: TENANT });
  });

  test('G7 whoever takes an account over four fifths is told, once', () => {
    const { budgets, table } = world();
    void table.setLimit(REF.tenant, ANA, 1_000);
    const warned = (output: number) => {
      const reserved = held(budgets.reserve(claim()));
      budgets.release(reserved);
      return budgets.charge(reserved, { inputTokens: 0, cachedTokens: 0, outputTokens: output });
    };
    expect([warned(799), warned(1), warned(50)]).toEqual([[], [ANA], []]);
  });

  test('G6 a provider that says it had more cached than it was sent gives nobody anything back', () => {
    const { budgets } = world();
    budgets.charge(held(budgets.reserve(claim())), spending(10, 150));
    expect([ANA, DEN].map((scope) => budgets.standing(REF.tenant, scope).used)).toEqual([10, 110]);
  });

  test('G7 a grant of nothing is one, and what is used in one room takes nothing from a grant in another', () => {
    const { budgets } = world();
    expect(budgets.reserve(claim({ granted: 0 }))).toEqual({ spent: { kind: 'grant', room: den, user: ana } });
    budgets.charge(held(budgets.reserve(claim({ granted: 1_000 }))), spending(500));
    const left = (room: string) => {
      const payer = { room: RoomId.parse(room), user: ana, shared: true };
      return budgets.leftOf({ tenant: REF.tenant, payer, granted: 1_000 });
    };
    expect(left('attic')).toBe(1_000);
    expect(left('den')).toBeLessThan(400);
  });

  test('G7 R9 what was used before a start counts as it did then: private calls for no room, background work for no person', () => {
    const { table, clock } = world();
    const spent = { room: den, inputTokens: 10, cachedTokens: 0, outputTokens: 1 };
    const before: readonly UsedTokens[] = [
      { ...spent, user: 'ana', private: true },
      { ...spent, user: 'ana', private: false, inputTokens: 20 },
      { ...spent, user: 'system', private: false, inputTokens: 40 },
    ];
    table.used = () => before;
    const budgets = new Budgets(table, clock);
    const used = [TENANT, ANA, DEN, { kind: 'background' } as const].map(
      (scope) => budgets.standing(REF.tenant, scope).used,
    );
    expect(used).toEqual([11 + 21 + 41, 11 + 21, 21 + 41, 41]);
  });

  test('G6 a price that cannot be, or makes a cost that cannot be, is nobody’s to know, and no reason to fail', () => {
    const used = { inputTokens: 10, cachedTokens: 4, cacheWriteTokens: 2, outputTokens: 3 };
    const [input, output] = [2, 5];
    expect(costOf({ input, output }, used)).toBe(10 * 2 + 3 * 5);
    expect(costOf({ input: 0, output: 0 }, used)).toBe(0);
    for (const nonsense of [Number.NaN, -100, Number.POSITIVE_INFINITY, 1e300])
      for (const part of ['input', 'cached', 'cacheWrite', 'output'])
        expect([part, nonsense, costOf({ input, output, [part]: nonsense }, used)]).toEqual([part, nonsense, null]);
  });

  test('G6 a record of what a call used holds nothing below nothing', () => {
    const call = { type: 'attempt.settled', lane: 'room', turn: 't_1', step: 1, attempt: 1, speaker: 'ana' };
    const told = { provider: 'p', model: 'm', outcome: 'stop', estimated: false, reserved: 1, kind: '3 usual' };
    const tokens = { inputTokens: 1, cachedTokens: 0, cacheWriteTokens: 0, outputTokens: 1, reasoningTokens: 0 };
    const settled = { ...call, ...told, ...tokens, cost: null, keyOf: 'server', at: 1 };
    expect(AttemptSettled.safeParse(settled).success).toBe(true);
    for (const name of Object.keys(tokens))
      expect([name, AttemptSettled.safeParse({ ...settled, [name]: -1 }).success]).toEqual([name, false]);
  });

  test('G7 a new month begins at zero; what was held before it is given back to its own month', () => {
    const { budgets, clock } = world();
    const old = held(budgets.reserve(claim()));
    expect(budgets.standing(REF.tenant, ANA)).toMatchObject({ month: '2026-11', held: 4_196 });
    clock.advance(4 * 86_400_000);
    budgets.charge(old, spending(10));
    budgets.release(old);
    const anew = { month: '2026-12', tokens: null, unreadable: false, used: 110, held: 0 };
    expect(budgets.standing(REF.tenant, ANA)).toEqual(anew);
  });

  test('G7 a limit that cannot be read counts as used up for whoever it is of, and for nobody else', () => {
    const { clock, table } = world();
    const spoilt: BudgetTable = {
      limit: (tenant, scope) =>
        scope.kind === 'user' && scope.user === ana ? 'unreadable' : table.limit(tenant, scope),
      setLimit: (...limit) => table.setLimit(...limit),
      used: (...month) => table.used(...month),
    };
    const budgets = new Budgets(spoilt, clock);
    expect(budgets.reserve(claim())).toEqual({ spent: ANA });
    expect(budgets.leftOf(claim())).toBe(0);
    expect(budgets.isPressed(claim())).toBe(true);
    const nothing = { month: '2026-11', used: 0, held: 0 };
    expect(budgets.standing(REF.tenant, ANA)).toEqual({ ...nothing, tokens: 0, unreadable: true });
    const bens = claim({ payer: { room: den, user: UserId.parse('ben'), shared: true } });
    expect(held(budgets.reserve(bens)).outputTokens).toBe(4_096);
    expect(budgets.leftOf(bens)).toBeNull();
    expect(budgets.isPressed(bens)).toBe(false);
  });
});

test('G7 the month of a moment is the one of the calendar, UTC', () => {
  for (let day = -800; day < 60_000; day += 1) {
    const at = day * 86_400_000 + 86_399_999;
    expect(monthOf(at)).toBe(new Date(at).toISOString().slice(0, 7));
  }
});

describe('G7 how long answers are', () => {
  const call = (outputTokens: number, kind = '3 usual', estimated = false): RecordOf<'attempt.settled'> => ({
    type: 'attempt.settled',
    ...{ lane: 'room', turn: TurnId.parse('t_1'), step: 1, attempt: 1, speaker: 'ana', provider: 'p', model: 'm' },
    ...{ outcome: 'stop', inputTokens: 1, cachedTokens: 0, outputTokens, reasoningTokens: 0 },
    ...{ cacheWriteTokens: 0, cost: null, keyOf: 'server' },
    ...{ estimated, reserved: 1, kind, at: 1 },
  });
  const after = (calls: readonly RecordOf<'attempt.settled'>[]): Forecast => calls.reduce(learned, NOTHING_KNOWN);

  test('G7 wide until thirty are known, of the same kind or at least to prompts as long', () => {
    const some = (n: number, kind?: string) => Array.from({ length: n }, (_, index) => call(index + 1, kind));
    expect(bandOf(after(some(29)), '3 usual').p90).toBe(4_096);
    expect(bandOf(after(some(30)), '3 usual')).toEqual({ p50: 16, p90: 28 });
    expect(bandOf(after(some(30)), '4 usual')).toEqual({ p50: 16, p90: 28 });
    // That short prompts are answered shortly says nothing of long ones.
    expect(bandOf(after(some(30)), '3 long').p90).toBe(4_096);
    const mixed = after([...some(30), ...Array.from({ length: 30 }, () => call(1_000, '3 long'))]);
    expect([bandOf(mixed, '3 usual').p90, bandOf(mixed, '3 long').p90]).toEqual([28, 1_000]);
    expect(bandOf(after(Array.from({ length: 99 }, () => call(5, '3 usual', true))), '3 usual').p90).toBe(4_096);
    expect([kindOf(3, 63), kindOf(3, 64), kindOf(9, 1_024)]).toEqual(['3 short', '3 usual', '9 long']);
  });

  test('G7 of answers held out, nine in ten or about take no more than was reserved, and what is kept is bounded', () => {
    let seed = 11;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const normal = () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    const length = (long: boolean) => Math.min(4_096, Math.ceil(Math.exp((long ? 6.5 : 4.5) + 0.8 * normal())));
    let forecast = NOTHING_KNOWN;
    let within = 0;
    let counted = 0;
    for (let n = 0; n < 4_000; n += 1) {
      const long = random() < 0.3;
      const kind = long ? '3 long' : '3 usual';
      const took = length(long);
      if (n >= 1_000) {
        counted += 1;
        if (took <= bandOf(forecast, kind).p90) within += 1;
      }
      forecast = learned(forecast, call(took, kind));
    }
    expect(within / counted).toBeGreaterThan(0.85);
    expect(within / counted).toBeLessThan(0.95);
    expect(must(forecast.outputs.get('3 usual'), 'known').length).toBe(300);
  });

  test('G7 of what people really answered each other, nine in ten or about are no longer than was reserved', () => {
    const { count } = o200kTokenizer();
    const within = ircAnswers().map((day) => {
      let forecast = NOTHING_KNOWN;
      let held = 0;
      let counted = 0;
      for (const [n, { question, answer }] of day.entries()) {
        const [kind, took] = [kindOf(0, count(question)), count(answer)];
        if (n >= 30) counted += 1;
        if (n >= 30 && took <= bandOf(forecast, kind).p90) held += 1;
        forecast = learned(forecast, call(took, kind));
      }
      return held / counted;
    });
    expect(within).toHaveLength(3);
    for (const share of within) expect(share > 0.85 && share < 0.95).toBe(true);
  });
});
