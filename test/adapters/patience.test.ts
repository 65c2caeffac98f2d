import { Patience } from '@parley/server/adapters/model/patience';
import { expect, test } from 'vitest';
import { TestClock } from '../kit/clock.ts';

/** Patience with a call, by a clock of its own. */
function start() {
  const clock = new TestClock();
  const caller = new AbortController();
  return { clock, caller, patience: new Patience(caller.signal, clock) };
}

test('G1 patience ends when nothing was heard for so long, counted from the last time', () => {
  const { clock, patience } = start();
  patience.last(1_000);
  clock.advance(999);
  patience.last(1_000);
  clock.advance(999);
  expect(patience.givenUp).toBeNull();
  clock.advance(1);
  expect(patience.givenUp).toBe('stall');
  expect(patience.signal.aborted).toBe(true);
  expect(clock.pending).toEqual([]);
});

test('G1 a shorter patience counts at once', () => {
  const { clock, patience } = start();
  patience.last(60_000);
  patience.last(10);
  clock.advance(10);
  expect(patience.givenUp).toBe('stall');
});

test('G1 however often something is heard, there is one timer', () => {
  const { clock, patience } = start();
  for (let heard = 0; heard < 100; heard++) {
    patience.last(1_000);
    clock.advance(1);
  }
  expect(clock.pending).toHaveLength(1);
});

test('G1 the caller ends it at once, and before it began', () => {
  const { clock, caller, patience } = start();
  patience.last(1_000);
  caller.abort();
  expect(patience.givenUp).toBe('aborted');
  expect(clock.pending).toEqual([]);
  const late = new Patience(caller.signal, clock);
  expect(late.givenUp).toBe('aborted');
  expect(late.signal.aborted).toBe(true);
});

test('G1 when it is not needed any more it lets go of the call and the clock, without giving up', () => {
  const { clock, caller, patience } = start();
  patience.last(1_000);
  patience[Symbol.dispose]();
  caller.abort();
  expect(patience.givenUp).toBeNull();
  expect(patience.signal.aborted).toBe(true);
  expect(clock.pending).toEqual([]);
});
