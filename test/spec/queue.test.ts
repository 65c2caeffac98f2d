import { openLane, type LaneState, type QueuedTicket, type Ticket } from '@parley/server/core/arbiter/lane';
import { nextTicket, nextWake, positions, startOrder } from '@parley/server/core/arbiter/queue';
import type { ClientKey } from '@parley/shared/ids';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LaneDriver, LIMITS, person, START, turnId, user } from '../kit/lane-driver.ts';

const PEOPLE = ['ann', 'bob', 'cyd', 'dan', 'eve'];

function ticket(seq: number, by: string): QueuedTicket {
  const turn = turnId(seq);
  const key = `k${seq}` as ClientKey;
  return {
    state: 'queued',
    turn,
    key,
    author: person(by),
    ticketSeq: seq,
    text: '',
    tokens: 0,
    revision: 1,
    acceptedAt: 0,
  };
}

/** Any line of tickets behind any history of turns, as a lane can have them. */
const lanes: fc.Arbitrary<LaneState> = fc
  .record({
    line: fc.array(fc.constantFrom(...PEOPLE), { maxLength: 14 }),
    served: fc.shuffledSubarray(PEOPLE),
    held: fc.array(fc.nat(13), { maxLength: 4 }),
  })
  .map(({ line, served, held }) => {
    const hold = { state: 'held', heldBy: 'x', reason: 'editing', until: START + 1 } as const;
    const tickets = line.map((by, index): Ticket => {
      const queued = ticket(index + 1, by);
      return held.includes(index) ? { ...queued, ...hold } : queued;
    });
    const lastTurnOf = new Map(served.map((by, index) => [by, index + 1]));
    return { ...openLane('room'), tickets, lastTicketSeq: line.length, turnsStarted: served.length, lastTurnOf };
  });

/** The rule by its words, one start after the other: longest unserved person, then their first ticket. */
function oneByOne(lane: LaneState, tickets: readonly Ticket[]): string[] {
  const lastTurn = new Map(lane.lastTurnOf);
  const waiting = [...tickets];
  const order: string[] = [];
  for (let turn = lane.turnsStarted + 1; waiting.length > 0; turn += 1) {
    const rank = (t: Ticket) => (lastTurn.get(t.author.id) ?? 0) * 1000 + t.ticketSeq;
    const best = waiting.reduce((a, b) => (rank(a) <= rank(b) ? a : b));
    waiting.splice(waiting.indexOf(best), 1);
    lastTurn.set(best.author.id, turn);
    order.push(best.turn);
  }
  return order;
}

test('T19 the order shown at once is the order in which one start after another would happen', () => {
  fc.assert(
    fc.property(lanes, (lane) => {
      expect(startOrder(lane).map((each) => each.turn)).toEqual(oneByOne(lane, lane.tickets));
    }),
  );
});

test('T19 the position shown is the position used: 1 starts next, and held tickets take nobody else’s number', () => {
  fc.assert(
    fc.property(lanes, (lane) => {
      const free = lane.tickets.filter((each) => each.state === 'queued');
      const expected = oneByOne(lane, free).map((turn, index) => [turn, index + 1]);
      const shown = positions(lane);
      expect(
        [...shown].filter(([turn]) => free.some((each) => each.turn === turn)).toSorted((a, b) => a[1] - b[1]),
      ).toEqual(expected);
      expect(shown.size).toBe(lane.tickets.length);
      expect(nextTicket(lane, START)?.turn).toBe(expected[0]?.[0]);
    }),
  );
});

test('T19 a held ticket shows the place that it would have', () => {
  const driver = new LaneDriver();
  const [ann, bob, ann2] = [driver.submit('ann'), driver.submit('bob'), driver.submit('ann')];
  driver.done({ type: 'hold', turn: ann, by: user('ann') });
  expect(Object.fromEntries(positions(driver.state))).toEqual({ [ann]: 1, [bob]: 1, [ann2]: 2 });
  driver.done({ type: 'unhold', turn: ann, by: user('ann') });
  expect(Object.fromEntries(positions(driver.state))).toEqual({ [ann]: 1, [bob]: 2, [ann2]: 3 });
});

test('T19 the running turn has position 0, also while it stops', () => {
  const driver = new LaneDriver();
  const [ann, bob] = [driver.submit('ann'), driver.submit('bob')];
  driver.begin();
  expect(Object.fromEntries(positions(driver.state))).toEqual({ [ann]: 0, [bob]: 1 });
  driver.done({ type: 'stop', turn: ann, by: user('ann'), mayStopAny: false });
  expect(Object.fromEntries(positions(driver.state))).toEqual({ [ann]: 0, [bob]: 1 });
});

test('T19 people take turns, and within a person the first accepted is first', () => {
  const driver = new LaneDriver();
  const line = ['ann', 'ann', 'ann', 'bob', 'cyd', 'bob'].map((by) => driver.submit(by));
  const [ann1, ann2, ann3, bob1, cyd1, bob2] = line;
  expect(startOrder(driver.state).map((each) => each.turn)).toEqual([ann1, bob1, cyd1, ann2, bob2, ann3]);
  expect(driver.drain()).toEqual([ann1, bob1, cyd1, ann2, bob2, ann3]);
});

test('T19 somebody never served has waited longest, and then whoever was served longest ago', () => {
  const driver = new LaneDriver();
  ['ann', 'bob', 'cyd'].forEach((by) => driver.submit(by));
  driver.drain();
  const [cyd, bob, ann, dan] = ['cyd', 'bob', 'ann', 'dan'].map((by) => driver.submit(by));
  expect(driver.drain()).toEqual([dan, ann, bob, cyd]);
});

test('T19 leaving and coming back resets nothing', () => {
  const driver = new LaneDriver();
  driver.submit('ann');
  driver.submit('bob');
  driver.drain();
  driver.done({ type: 'revoke', user: user('bob'), by: 'olga', reason: 'removed' });
  const [bob, ann] = [driver.submit('bob'), driver.submit('ann')];
  expect(driver.drain()).toEqual([ann, bob]);
});

test('T20 with people always waiting, between two turns of one person every other gets one', () => {
  const shares = fc.array(fc.integer({ min: 6, max: 9 }), { minLength: 2, maxLength: 5 });
  fc.assert(
    fc.property(shares, fc.infiniteStream(fc.nat(4)), (counts, arrivals) => {
      const driver = new LaneDriver();
      const left = new Map(counts.map((count, index) => [PEOPLE[index] ?? '', count]));
      while ([...left.values()].some((count) => count > 0)) {
        const by = PEOPLE[arrivals.next().value ?? 0] ?? '';
        const count = left.get(by) ?? 0;
        left.set(by, count - 1);
        if (count > 0) driver.submit(by);
      }
      const author = new Map(driver.state.tickets.map((each) => [each.turn, each.author.id]));
      const served = driver.drain().map((turn) => author.get(turn));
      for (let round = 0; round < Math.min(...counts); round += 1) {
        const people = served.slice(round * counts.length, (round + 1) * counts.length);
        expect(new Set(people).size).toBe(counts.length);
      }
    }),
  );
});

test('T26 a held ticket keeps its place and is passed, and its hold ends by itself', () => {
  const driver = new LaneDriver();
  const [ann, bob] = [driver.submit('ann'), driver.submit('bob')];
  driver.done({ type: 'hold', turn: ann, by: user('ann') });
  expect(nextTicket(driver.state, driver.now)?.turn).toBe(bob);
  expect(nextWake(driver.state)).toBe(START + 120_000);
  driver.now += 120_000;
  expect(nextTicket(driver.state, driver.now)).toMatchObject({ turn: ann, state: 'queued' });
});

test('T12 nothing is next while a turn runs', () => {
  const driver = new LaneDriver();
  driver.submit('ann');
  driver.submit('bob');
  driver.begin();
  expect(nextTicket(driver.state, driver.now)).toBeNull();
});

test('T23 the lane wakes for whatever runs out first, and for nothing once it only waits for its model', () => {
  const driver = new LaneDriver();
  expect(nextWake(driver.state)).toBeNull();
  const ann = driver.submit('ann');
  driver.begin({ ...LIMITS, turnSeconds: 60 });
  expect(nextWake(driver.state)).toBe(START + 60_000);
  driver.done({ type: 'stop', turn: ann, by: user('ann'), mayStopAny: false });
  expect(nextWake(driver.state)).toBeNull();
  const bob = driver.submit('bob');
  driver.done({ type: 'hold', turn: bob, by: user('bob') });
  expect(nextWake(driver.state)).toBe(START + 120_000);
});
