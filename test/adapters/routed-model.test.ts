import { describe, expect, test } from 'vitest';
import { modelContract, REQUEST } from '../contracts/model.ts';
import { failing, played, PlayedTarget, RouteWorld, type Behaviour } from '../kit/route-world.ts';

const WORDS = ['One ', 'answer ', 'of ', 'seven ', 'words ', 'in ', 'all.'];
const good: Behaviour = { pieces: WORDS };
const works = (name = 'works') => new PlayedTarget(name, () => good);
const broken = (name = 'broken') => new PlayedTarget(name, () => failing('server'));

modelContract('a route', {
  answering: async () => world1(works()),
  cut: async () =>
    world1(
      new PlayedTarget('cut', () => ({
        pieces: ['cut'],
        end: { reason: 'length', usage: { model: 'm', inputTokens: 1, cachedTokens: 0, outputTokens: 1 } },
      })),
    ),
  endless: async () =>
    world1(new PlayedTarget('endless', () => ({ pieces: Array.from({ length: 10_000 }, () => 'on ') }))),
});

function world1(target: PlayedTarget) {
  return { model: new RouteWorld().route(target), sent: () => null, closed: () => Promise.resolve() };
}

describe('G2 a route', () => {
  test('G2 before any text the same target is asked once more after a pause, then the next one', async () => {
    const world = new RouteWorld();
    const [first, second] = [broken(), works()];
    const { text, events } = await played(world.route(first, second), REQUEST);
    expect(text).toBe(WORDS.join(''));
    expect([first.calls, second.calls]).toEqual([2, 1]);
    expect(world.pauses).toEqual([300]);
    expect(events.filter(({ type }) => type === 'again')).toHaveLength(2);
    expect(events.at(-1)).toMatchObject({ from: { provider: 'works', model: 'works-model' } });
  });

  test('G2 a stream cut at every token index: the answer is replaced as a whole, never spliced or doubled', async () => {
    for (let cut = 0; cut <= WORDS.length; cut += 1) {
      for (const failure of ['network', 'server', 'stall'] as const) {
        const first = new PlayedTarget('cut', () => failing(failure, WORDS.slice(0, cut)));
        const other = new PlayedTarget('other', () => ({ pieces: ['Another ', 'whole ', 'answer.'] }));
        const { text, events, end } = await played(new RouteWorld().route(first, other), REQUEST);
        expect(end.reason).toBe('stop');
        expect(text).toBe('Another whole answer.');
        const before = events.slice(
          0,
          events.findLastIndex(({ type }) => type === 'again'),
        );
        expect(before.map((event) => (event.type === 'text' ? event.text : '')).join('')).toBe(
          WORDS.slice(0, cut).join(''),
        );
        expect(other.calls).toBe(1);
      }
    }
  });

  test('G2 a lone target that breaks in the middle is asked once more, and then its failure is the end', async () => {
    const lone = new PlayedTarget('lone', () => failing('network', ['half ']));
    const { end, text } = await played(new RouteWorld().route(lone), REQUEST);
    expect(end).toMatchObject({ reason: 'failed', class: 'network' });
    expect(text).toBe('half ');
    expect(lone.calls).toBe(2);
  });

  test('G2 a mistake of ours goes nowhere else', async () => {
    const [first, second] = [new PlayedTarget('strict', () => failing('request')), works()];
    const { end } = await played(new RouteWorld().route(first, second), REQUEST);
    expect(end).toMatchObject({ reason: 'failed', class: 'request' });
    expect([first.calls, second.calls]).toEqual([1, 0]);
  });

  test('C17 a warm-up that fails goes nowhere else: it is for the cache of whoever is asked first', async () => {
    const [first, second] = [broken(), works()];
    const { end } = await played(new RouteWorld().route(first, second), { ...REQUEST, background: 'warmup' });
    expect(end).toMatchObject({ reason: 'failed', class: 'server' });
    expect([first.calls, second.calls]).toEqual([1, 0]);
  });

  test('G2 429 cools that key and no other, for as long as the provider says', async () => {
    const world = new RouteWorld();
    const busy = new PlayedTarget('busy', (call) => (call === 1 ? failing('rate', [], 20_000) : good), 'key-1');
    const sameKey = new PlayedTarget('busy', () => good, 'key-1');
    const otherKey = new PlayedTarget('busy', () => good, 'key-2');
    const route = world.route(busy, sameKey, otherKey);
    await played(route, REQUEST);
    await played(route, REQUEST);
    expect([busy.calls, sameKey.calls, otherKey.calls]).toEqual([1, 0, 2]);
    world.clock.advance(20_000);
    await played(route, REQUEST);
    expect(busy.calls).toBe(2);
  });

  test('G2 a lone target that says when to come back soon is asked again then, and not before', async () => {
    const world = new RouteWorld();
    const soon = new PlayedTarget('soon', (call) => (call === 1 ? failing('rate', [], 2_000) : good));
    expect((await played(world.route(soon), REQUEST)).end.reason).toBe('stop');
    expect(world.pauses).toEqual([2_000]);
    const late = new PlayedTarget('late', () => failing('rate', [], 60_000));
    expect((await played(world.route(late), REQUEST)).end).toMatchObject({ class: 'rate' });
    expect(late.calls).toBe(1);
  });

  test('G2 an abort during the pause ends the call at once and asks nobody', async () => {
    const world = new RouteWorld();
    const abort = new AbortController();
    const first = new PlayedTarget('first', () => {
      queueMicrotask(() => abort.abort());
      return failing('server');
    });
    const second = works();
    const { end } = await played(world.route(first, second), REQUEST, abort.signal);
    expect(end.reason).toBe('failed');
    expect(second.calls).toBe(0);
  });

  test('G2 under random failure of one call in two, extra calls are at most a tenth of all', async () => {
    let seed = 7;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const world = new RouteWorld(random);
    const flaky = (name: string) => new PlayedTarget(name, () => (random() < 0.5 ? failing('server') : good));
    const targets = [flaky('a'), flaky('b')];
    const route = world.route(...targets);
    const turns = 2_000;
    for (let turn = 0; turn < turns; turn += 1) {
      await played(route, REQUEST);
      world.clock.advance(20);
    }
    const calls = targets.reduce((sum, target) => sum + target.calls, 0);
    expect(calls / turns).toBeLessThanOrEqual(1.1);
    expect(calls / turns).toBeGreaterThan(1.05);
  });
});

describe('G3 a route', () => {
  test('G3 the primary answers 5xx always: every turn is answered, and once its breaker is open nobody waits for it', async () => {
    const world = new RouteWorld();
    const [primary, fallback] = [broken(), works()];
    const route = world.route(primary, fallback);
    const turns = 1_000;
    for (let turn = 0; turn < turns; turn += 1) {
      expect((await played(route, REQUEST)).text).toBe(WORDS.join(''));
      world.clock.advance(50);
    }
    // The first ones, and one probe after each rest.
    expect(primary.calls).toBeLessThan(15);
    expect(fallback.calls).toBe(turns);
    expect(world.pauses.length).toBeLessThan(10);
  });

  test('G3 200 turns at once meet a broken primary: all are answered', async () => {
    const world = new RouteWorld();
    const [primary, fallback] = [broken(), works()];
    const route = world.route(primary, fallback);
    const ends = await Promise.all(Array.from({ length: 200 }, () => played(route, REQUEST)));
    expect(ends.filter(({ end }) => end.reason !== 'stop')).toEqual([]);
  });

  test('G3 a primary that recovers is used again, found out by one call', async () => {
    const world = new RouteWorld();
    let down = true;
    const primary = new PlayedTarget('primary', () => (down ? failing('server') : good));
    const route = world.route(primary, works());
    for (let turn = 0; turn < 5; turn += 1) await played(route, REQUEST);
    down = false;
    const before = primary.calls;
    await played(route, REQUEST);
    expect(primary.calls).toBe(before);
    world.clock.advance(10_000);
    for (let turn = 0; turn < 5; turn += 1) await played(route, REQUEST);
    expect(primary.calls).toBe(before + 5);
  });

  test('G3 all open: the least bad one is called all the same', async () => {
    const world = new RouteWorld();
    const route = world.route(broken('a'), broken('b'));
    for (let turn = 0; turn < 8; turn += 1) await played(route, REQUEST);
    const lone = new PlayedTarget('a', () => good);
    expect((await played(world.route(lone, broken('b')), REQUEST)).end.reason).toBe('stop');
  });

  test('G3 routes that share a target share what is known of it', async () => {
    const world = new RouteWorld();
    const primary = broken();
    for (let turn = 0; turn < 5; turn += 1) await played(world.route(primary, works()), REQUEST);
    const before = primary.calls;
    await played(world.route(primary, works('other')), REQUEST);
    expect(primary.calls).toBe(before);
  });
});
