import { FRESH, places, refused, spoke, type Concurrency } from '@parley/server/core/calling/concurrency';
import { joined, left, NOBODY, taken, type FairQueue, type Waiting } from '@parley/server/core/calling/fair-queue';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

let ids = 0;
function call(tenant: string, room: string, cost = 100): Waiting {
  return { tenant, room, cost, background: false, id: (ids += 1) };
}
function queueOf(...calls: readonly Waiting[]): FairQueue {
  return calls.reduce(joined, NOBODY);
}
/** Who is served, in order, until nobody waits. */
function servedBy(queue: FairQueue): Waiting[] {
  const next = taken(queue);
  return next === null ? [] : [next.call, ...servedBy(next.queue)];
}

describe('G8 whose call is next', () => {
  test('G8 one that asks once does not wait behind all that another has asked before', () => {
    const heavy = Array.from({ length: 50 }, () => call('acme', 'busy', 4_000));
    const [light, other] = [call('acme', 'quiet'), call('other', 'den')];
    const order = servedBy(queueOf(...heavy, light, other));
    expect(order.indexOf(light)).toBeLessThanOrEqual(2);
    expect(order.indexOf(other)).toBeLessThanOrEqual(1);
    expect(order).toHaveLength(52);
  });

  test('G8 a tenant with many rooms gets no more than one with a single room', () => {
    const many = Array.from({ length: 20 }, (_, n) => call('acme', `room-${n}`));
    const one = Array.from({ length: 20 }, () => call('other', 'den'));
    const first = servedBy(queueOf(...many, ...one)).slice(0, 20);
    expect(first.filter(({ tenant }) => tenant === 'acme')).toHaveLength(10);
  });

  test('G8 within a room the first that came is the first served, and whoever goes away is not', () => {
    const [a, b, c] = [call('acme', 'den'), call('acme', 'den'), call('acme', 'den')];
    expect(servedBy(left(queueOf(a, b, c), b.id))).toEqual([a, c]);
    expect(left(queueOf(a), a.id)).toBe(NOBODY);
  });

  test('G8 of those that wait all the time none gets ahead of another by more than one call', () => {
    const costs = fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(costs, costs, costs, (a, b, c) => {
        const sides = { a: ['acme', 'one', a], b: ['acme', 'two', b], c: ['other', 'den', c] } as const;
        let queue = NOBODY;
        const served = new Map<string, number>();
        const place = { a: 0, b: 0, c: 0 };
        const join = (side: keyof typeof sides): void => {
          const [tenant, room, list] = sides[side];
          const cost = list[place[side]];
          place[side] += 1;
          if (cost !== undefined) queue = joined(queue, call(tenant, room, cost));
        };
        for (const side of ['a', 'b', 'c', 'a', 'b', 'c'] as const) join(side);
        for (let n = 0; n < 50; n += 1) {
          const next = taken(queue);
          if (next === null) break;
          queue = next.queue;
          const side = next.call.tenant === 'other' ? 'c' : next.call.room === 'one' ? 'a' : 'b';
          served.set(side, (served.get(side) ?? 0) + next.call.cost);
          join(side);
          const [ofA = 0, ofB = 0, ofC = 0] = ['a', 'b', 'c'].map((each) => served.get(each) ?? 0);
          expect(Math.abs(ofA - ofB)).toBeLessThanOrEqual(5_000);
          expect(Math.abs(ofA + ofB - ofC)).toBeLessThanOrEqual(5_000);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('G8 having been quiet saves nothing up, and nothing is remembered once nobody waits', () => {
    let queue = queueOf(...Array.from({ length: 11 }, () => call('acme', 'busy')));
    for (let n = 0; n < 10; n += 1) queue = taken(queue)?.queue ?? NOBODY;
    queue = [...Array.from({ length: 5 }, () => call('late', 'den')), call('acme', 'busy')].reduce(joined, queue);
    const first = servedBy(queue).slice(0, 4);
    expect(first.filter(({ tenant }) => tenant === 'late')).toHaveLength(2);
    expect(taken(queueOf(call('acme', 'den')))?.queue).toBe(NOBODY);
  });
});

describe('G8 how many calls a provider is given', () => {
  const steady = (state: Concurrency, n: number, ms = 400) =>
    Array.from({ length: n }).reduce<Concurrency>((each, _, index) => spoke(each, ms, index), state);

  test('G8 half as many after 429, once in five seconds, and never fewer than two', () => {
    const once = refused(FRESH, 0);
    expect([places(FRESH), places(once), places(refused(once, 4_999)), places(refused(once, 5_000))]).toEqual([
      64, 32, 32, 16,
    ]);
    let low = FRESH;
    for (let n = 0; n < 20; n += 1) low = refused(low, n * 5_000);
    expect(places(low)).toBe(2);
  });

  test('G8 a little more while first tokens come as usual, half as many when they come much later', () => {
    const grown = steady(FRESH, 200);
    expect(places(grown)).toBeGreaterThan(64);
    expect(places(grown)).toBeLessThan(70);
    const slowed = steady(grown, 10, 3_000);
    expect(places(slowed)).toBe(Math.floor(grown.limit / 2));
    // Half a second more, or a tenth, is no sign of anything.
    expect(places(steady(steady(FRESH, 50, 20_000), 10, 22_000))).toBeGreaterThanOrEqual(64);
    expect(places(steady(grown, 10, 700))).toBeGreaterThanOrEqual(places(grown));
  });
});
