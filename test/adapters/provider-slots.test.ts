import { ProviderSlots, type Slot } from '@parley/server/adapters/model/provider-slots';
import type { ModelEnd, ModelEvent, ModelRequest } from '@parley/server/ports/model';
import { RoomId } from '@parley/shared/ids';
import { must } from '@parley/shared/assert';
import { expect, test } from 'vitest';
import { REQUEST } from '../contracts/model.ts';
import { TestClock } from '../kit/clock.ts';
import { REF } from '../kit/room-ref.ts';
import { settled } from '../kit/room-world.ts';
import { failing, played, PlayedTarget, RouteWorld } from '../kit/route-world.ts';

const never = new AbortController().signal;
const BUSY: ModelEnd = { reason: 'failed', class: 'rate', detail: '' };

function from(room: string) {
  return { ...REQUEST, caller: { ...REF, room: RoomId.parse(room) } };
}
async function full(slots: ProviderSlots): Promise<Slot[]> {
  const running = await Promise.all(Array.from({ length: 64 }, () => slots.enter('p', from('busy'), never)));
  return running.map((slot) => must(slot, 'a place'));
}

test('G8 beyond the places of a provider calls wait, and the place that is given back goes to the room served least', async () => {
  const slots = new ProviderSlots(new TestClock());
  const running = await full(slots);
  const order: string[] = [];
  for (const room of ['busy', 'busy', 'busy', 'quiet'])
    void slots.enter('p', from(room), never).then(() => order.push(room));
  await settled();
  expect([order, slots.waiting('p')]).toEqual([[], 4]);
  for (const slot of running.slice(0, 2)) slot[Symbol.dispose]();
  await settled();
  expect([order, slots.waiting('p')]).toEqual([['busy', 'quiet'], 2]);
  expect(await slots.enter('other', from('busy'), never)).not.toBeNull();
});

test('G8 T33 a stop reaches a call that waits: it gets no place and takes none', async () => {
  const slots = new ProviderSlots(new TestClock());
  const running = await full(slots);
  const abort = new AbortController();
  const waiting = slots.enter('p', from('den'), abort.signal);
  abort.abort();
  expect(await waiting).toBeNull();
  expect(await slots.enter('p', from('den'), abort.signal)).toBeNull();
  expect(slots.waiting('p')).toBe(0);
  for (const slot of running) slot[Symbol.dispose]();
  await full(slots);
});

test('G8 after 429 fewer run: places that are given back stay empty until as many are left as may be', async () => {
  const slots = new ProviderSlots(new TestClock());
  const running = await full(slots);
  const late = slots.enter('p', from('den'), never);
  running[0]?.ended(BUSY);
  for (const slot of running.slice(0, 32)) slot[Symbol.dispose]();
  await settled();
  expect(slots.waiting('p')).toBe(1);
  running[32]?.[Symbol.dispose]();
  running[32]?.[Symbol.dispose]();
  expect(await late).not.toBeNull();
  // A place is given back once, however often that is said.
  const more = slots.enter('p', from('den'), never);
  await settled();
  expect(slots.waiting('p')).toBe(1);
  running[33]?.[Symbol.dispose]();
  expect(await more).not.toBeNull();
});

test('G8 when more may run than before, whoever comes then still comes behind those who wait', async () => {
  const slots = new ProviderSlots(new TestClock());
  const running = await full(slots);
  const order: string[] = [];
  void slots.enter('p', from('first'), never).then(() => order.push('first'));
  for (let n = 0; n < 65; n += 1) running[0]?.spoke();
  void slots.enter('p', from('second'), never).then(() => order.push('second'));
  await settled();
  expect(slots.waiting('p')).toBe(2);
  running[1]?.[Symbol.dispose]();
  await settled();
  expect(order).toEqual(['first', 'second']);
});

test('G8 T33 a stop reaches a call that waits for a place: nobody was asked', async () => {
  const world = new RouteWorld();
  const route = world.route(new PlayedTarget('p', () => ({ pieces: ['a'] })));
  for (let n = 0; n < 64; n += 1) await world.slots.enter('p', REQUEST, never);
  const abort = new AbortController();
  const waiting = played(route, REQUEST, abort.signal);
  await settled();
  abort.abort();
  expect((await waiting).end).toMatchObject({ class: 'aborted', asked: false });
});

test('G8 a call that is ready has not spoken: only its first text says how long its provider takes', async () => {
  const world = new RouteWorld();
  const spoke: number[] = [];
  const enter = world.slots.enter.bind(world.slots);
  world.slots.enter = async (...args) => {
    const slot = must(await enter(...args), 'a place');
    const say = slot.spoke.bind(slot);
    return Object.assign(slot, { spoke: () => (spoke.push(seen.length), say()) });
  };
  const seen: string[] = [];
  const route = world.route(new PlayedTarget('p', () => ({ pieces: ['a', 'b'] })));
  for await (const event of route.stream(REQUEST, never)) seen.push(event.type);
  expect(seen).toEqual(['ready', 'text', 'text', 'end']);
  expect(spoke).toEqual([1]);
});

test('G8 a 429 that a route meets leaves its provider half as many places', async () => {
  const world = new RouteWorld();
  await played(world.route(new PlayedTarget('p', () => failing('rate', [], 60_000))), REQUEST);
  const first = await Promise.all(Array.from({ length: 32 }, () => world.slots.enter('p', REQUEST, never)));
  expect(first).not.toContain(null);
  void world.slots.enter('p', REQUEST, never);
  await settled();
  expect(world.slots.waiting('p')).toBe(1);
});

test('G8 a route gives its place back however its call ends', async () => {
  const world = new RouteWorld();
  const bad = world.route(new PlayedTarget('p', () => failing('request', ['x'])));
  const good = world.route(new PlayedTarget('p', () => ({ pieces: ['a', 'b'] })));
  for (let n = 0; n < 80; n += 1) {
    await played(bad, REQUEST);
    await played(good, REQUEST, AbortSignal.abort());
    for await (const event of good.stream(REQUEST, never)) if (event.type === 'text') break;
  }
  expect((await played(good, REQUEST)).text).toBe('ab');
  expect(world.slots.waiting('p')).toBe(0);
});

const BACKGROUND = { ...REQUEST, caller: { ...REF, room: RoomId.parse('den') }, background: 'title' } as const;

test('G9 calls that nobody waits for get half of the places, and each of the others its own', async () => {
  const slots = new ProviderSlots(new TestClock());
  let begun = 0;
  const counted = (slot: Slot | null): Slot | null => {
    begun += 1;
    return slot;
  };
  const entering = Array.from({ length: 40 }, () => slots.enter('p', BACKGROUND, never).then(counted));
  await settled();
  expect([begun, slots.waiting('p')]).toEqual([32, 8]);
  await Promise.all(Array.from({ length: 32 }, () => slots.enter('p', from('den'), never)));
  expect((await entering[0])?.cut?.aborted).toBe(false);
  const order: string[] = [];
  void slots.enter('p', from('den'), never).then(() => order.push('person'));
  await settled();
  const cut = (await Promise.all(entering.slice(0, 32))).filter((slot) => slot?.cut?.aborted === true);
  expect([cut.length, order]).toEqual([1, []]);
  cut[0]?.[Symbol.dispose]();
  await settled();
  expect([begun, order, slots.waiting('p')]).toEqual([32, ['person'], 8]);
});

test('G8 G9 what nobody waits for makes no room of the tenant be served later', async () => {
  const slots = new ProviderSlots(new TestClock());
  const running = await full(slots);
  const order: string[] = [];
  for (let n = 0; n < 5; n += 1) void slots.enter('p', BACKGROUND, never).then(() => order.push('background'));
  for (const room of ['busy', 'den', 'busy', 'den'])
    void slots.enter('p', from(room), never).then(() => order.push(room));
  for (const slot of running.slice(0, 4)) slot[Symbol.dispose]();
  await settled();
  expect(order).toEqual(['busy', 'den', 'busy', 'den']);
  for (const slot of running.slice(4, 36)) slot[Symbol.dispose]();
  await settled();
  expect(order.slice(4)).toEqual([]);
  running[36]?.[Symbol.dispose]();
  await settled();
  expect(order.slice(4)).toEqual(['background']);
});

test('G9 a person’s call is made at once though every place is in use: a background call is cut for it, and ends aborted', async () => {
  const world = new RouteWorld();
  const begun = Promise.withResolvers<void>();
  async function* stream({ background }: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    begun.resolve();
    if (background !== undefined)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    const { end } = await played(new PlayedTarget('p', () => ({})).model, REQUEST, signal);
    yield { type: 'end', end };
  }
  const route = world.route({ provider: { provider: 'p', model: 'm' }, key: 'k', model: { name: 'm', stream } });
  const background = played(route, BACKGROUND);
  await begun.promise;
  await Promise.all(Array.from({ length: 63 }, () => world.slots.enter('p', REQUEST, never)));
  expect((await played(route, REQUEST)).end.reason).toBe('stop');
  expect((await background).end).toMatchObject({ reason: 'failed', class: 'aborted' });
});
