import { called, CLOSED, lets, told, untold, works, type Breaker } from '@parley/server/core/calling/breaker';
import { nextCall, type Situation, type TargetState, type Tried } from '@parley/server/core/calling/next-call';
import { affords, counted, isStale, UNUSED } from '@parley/server/core/calling/retry-budget';
import { restOf, stateOf, UNKNOWN, whenBack, whenCalled } from '@parley/server/core/calling/target-health';
import { describe, expect, test } from 'vitest';

const NOW = 1_000_000;
const READY: TargetState = { lets: true, works: true, coolUntil: 0, readyAt: 0 };
/** It may be called, and whether it answers is another question. */
const SHAKY: TargetState = { ...READY, works: false };
const OPEN: TargetState = { lets: false, works: false, coolUntil: 0, readyAt: NOW + 9_000 };
const COOL: TargetState = { lets: true, works: true, coolUntil: NOW + 5_000, readyAt: NOW + 5_000 };

function tried(more: Partial<Tried> = {}): Tried {
  return { target: 0, failure: 'server', spoke: false, retryAfterMs: null, ...more };
}
function situation(more: Partial<Situation>): Situation {
  return { targets: [READY, READY], tried: [], affords: true, now: NOW, random: 0, ...more };
}
const GIVE_UP = { kind: 'give-up' };
const to = (target: number, waitMs = 0) => ({ kind: 'call', target, waitMs });

function after(breaker: Breaker, good: readonly boolean[], from = NOW): Breaker {
  return good.reduce((state, each, index) => told(state, each, from + index), breaker);
}

describe('G2 who is called next', () => {
  test('G2 the first that may be called; when none may, the one that may be soonest', () => {
    expect(nextCall(situation({}))).toEqual(to(0));
    expect(nextCall(situation({ targets: [OPEN, READY] }))).toEqual(to(1));
    expect(nextCall(situation({ targets: [COOL, READY] }))).toEqual(to(1));
    expect(nextCall(situation({ targets: [OPEN, COOL] }))).toEqual(to(1));
  });

  test('G2 the pause before the same target again is 100 to 500 ms, or what the provider says up to five seconds', () => {
    const lone = { targets: [READY], tried: [tried()] };
    expect(nextCall(situation({ ...lone, random: 0 }))).toEqual(to(0, 100));
    expect(nextCall(situation({ ...lone, random: 1 }))).toEqual(to(0, 500));
    const busy = (retryAfterMs: number) => ({ targets: [READY], tried: [tried({ failure: 'rate', retryAfterMs })] });
    expect(nextCall(situation(busy(5_000)))).toEqual(to(0, 5_000));
    expect(nextCall(situation(busy(5_001)))).toEqual(GIVE_UP);
  });

  test('G2 a stall, a busy key and one that is not accepted go to the next at once; a mistake of ours nowhere', () => {
    for (const failure of ['stall', 'rate', 'auth'] as const)
      expect(nextCall(situation({ tried: [tried({ failure })] })), failure).toEqual(to(1));
    for (const failure of ['request', 'aborted', 'runaway'] as const)
      expect(nextCall(situation({ tried: [tried({ failure })] })), failure).toEqual(GIVE_UP);
    expect(nextCall(situation({ targets: [READY], tried: [tried({ failure: 'auth' })] }))).toEqual(GIVE_UP);
  });

  test('G2 after some text the next one is asked at once', () => {
    expect(nextCall(situation({ tried: [tried({ spoke: true })] }))).toEqual(to(1));
  });

  test('G2 every target has at most two calls, and then it is over', () => {
    const all = [tried(), tried(), tried({ target: 1 }), tried({ target: 1 })];
    expect(nextCall(situation({ tried: all }))).toEqual(GIVE_UP);
    expect(nextCall(situation({ tried: all.slice(0, 3) }))).toEqual(to(1, 100));
  });

  test('G2 without a budget nothing is tried again, except away from a broken target to one that works', () => {
    expect(nextCall(situation({ affords: false, tried: [tried()] }))).toEqual(GIVE_UP);
    expect(nextCall(situation({ affords: false, targets: [OPEN, READY], tried: [tried()] }))).toEqual(to(1));
    expect(nextCall(situation({ affords: false, targets: [OPEN, SHAKY], tried: [tried()] }))).toEqual(GIVE_UP);
    expect(nextCall(situation({ affords: false, targets: [OPEN, COOL], tried: [tried()] }))).toEqual(GIVE_UP);
    expect(nextCall(situation({ affords: false, targets: [OPEN, OPEN], tried: [tried()] }))).toEqual(GIVE_UP);
    expect(nextCall(situation({ targets: [OPEN, SHAKY], tried: [tried({ spoke: true })] }))).toEqual(to(1));
  });
});

describe('G2 the retry budget of a tenant', () => {
  test('G2 ten a minute always, and beyond them a tenth of the first calls of the last minute, a tenth of it left for calls that have to move', () => {
    const use = (first: number, extra: number) => {
      let budget = UNUSED;
      for (let n = 0; n < first; n += 1) budget = counted(budget, 'first', NOW + n);
      for (let n = 0; n < extra; n += 1) budget = counted(budget, 'extra', NOW + n);
      return budget;
    };
    expect(affords(use(1, 9), NOW + 100)).toBe(true);
    expect(affords(use(1, 10), NOW + 100)).toBe(false);
    expect(affords(use(200, 17), NOW + 1_000)).toBe(true);
    expect(affords(use(200, 18), NOW + 1_000)).toBe(false);
    expect(affords(use(1, 10), NOW + 60_000)).toBe(true);
    expect(isStale(use(200, 20), NOW + 59_000)).toBe(false);
    expect(isStale(use(200, 20), NOW + 60_200)).toBe(true);
  });

  test('G2 what is kept of it does not grow with the calls', () => {
    let budget = UNUSED;
    for (let n = 0; n < 10_000; n += 1) budget = counted(budget, 'first', NOW + n * 10);
    expect(budget.slices.length).toBeLessThanOrEqual(13);
  });
});

describe('G3 a breaker', () => {
  test('G3 opens when at least five calls of half a minute are known and half of them failed', () => {
    expect(lets(after(CLOSED, [false, false, false, false]), NOW + 10)).toBe(true);
    const open = after(CLOSED, [false, false, false, false, false]);
    expect([lets(open, NOW + 10), lets(open, NOW + 10_004)]).toEqual([false, true]);
    expect(after(CLOSED, [true, true, true, false, false]).kind).toBe('closed');
    expect(after(CLOSED, [true, true, false, false, true, false]).kind).toBe('open');
    expect(told(after(CLOSED, [false, false, false, false]), false, NOW + 40_000).kind).toBe('closed');
  });

  test('G3 after a rest one call finds out; one that fails doubles the rest, up to five minutes', () => {
    let breaker = after(CLOSED, [false, false, false, false, false]);
    let now = NOW + 4;
    for (const rest of [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
      expect([lets(breaker, now + rest - 1), lets(breaker, now + rest)]).toEqual([false, true]);
      now += rest;
      breaker = called(breaker, now);
      expect([breaker.kind, lets(breaker, now)]).toEqual(['probing', false]);
      breaker = told(breaker, false, now);
    }
    breaker = called(breaker, now + 300_000);
    expect(told(breaker, true, now + 300_000).kind).toBe('closed');
  });

  test('G3 a probe that says nothing lets the next one find out, and one that never ends does so after a minute', () => {
    const probing = called(after(CLOSED, [false, false, false, false, false]), NOW + 20_000);
    expect(lets(untold(probing, NOW + 20_001), NOW + 20_001)).toBe(true);
    expect([lets(probing, NOW + 79_999), lets(probing, NOW + 80_000)]).toEqual([false, true]);
  });

  test('G3 a call for want of a better one that succeeds closes it', () => {
    const open = after(CLOSED, [false, false, false, false, false]);
    expect(told(open, true, NOW + 50).kind).toBe('closed');
    expect(told(open, false, NOW + 50)).toBe(open);
  });

  test('G2 G3 a target works while at most a quarter of its newest calls failed; one that came back has to show it', () => {
    expect(works(CLOSED)).toBe(true);
    expect(works(after(CLOSED, [true, true, true, false]))).toBe(true);
    expect(works(after(CLOSED, [true, true, false, false, true, true, true]))).toBe(false);
    const open = after(CLOSED, [false, false, false, false, false]);
    const back = told(called(open, NOW + 20_000), true, NOW + 20_000);
    expect([works(open), works(called(open, NOW + 20_000)), works(back)]).toEqual([false, false, false]);
    expect(works(after(back, [true], NOW + 20_001))).toBe(false);
    expect(works(after(back, [true, true], NOW + 20_001))).toBe(true);
    expect(after(back, [false, false], NOW + 20_001).kind).toBe('closed');
    expect(after(back, [false, false, false], NOW + 20_001).kind).toBe('open');
  });

  test('G2 G3 what is known of a target says whether it may be called, and whether it works', () => {
    let health = UNKNOWN;
    const seen = () =>
      [stateOf(health, 0, NOW + 30_000), stateOf(health, 0, NOW)].map((state) => [state.lets, state.works]);
    expect(seen()).toEqual([
      [true, true],
      [true, true],
    ]);
    for (let n = 0; n < 5; n += 1) health = whenBack(whenCalled(health, NOW), 'server', NOW);
    expect(seen()).toEqual([
      [true, false],
      [false, false],
    ]);
    health = whenBack(whenCalled(health, NOW + 20_000), null, NOW + 20_000);
    expect(seen().at(0)).toEqual([true, false]);
    for (let n = 0; n < 2; n += 1) health = whenBack(whenCalled(health, NOW + 20_000), null, NOW + 20_000);
    expect(seen().at(0)).toEqual([true, true]);
  });

  test('G2 keys rest as long as they are told, within five minutes, and only for what is their own fault', () => {
    expect([restOf('rate', 3_000), restOf('rate', null), restOf('rate', 9_000_000)]).toEqual([3_000, 10_000, 300_000]);
    expect(restOf('auth', null)).toBe(60_000);
    for (const failure of ['server', 'network', 'stall', 'request', 'aborted'] as const)
      expect(restOf(failure, 5)).toBe(0);
  });
});
