import { NAMES } from '@parley/server/adapters/cluster/redis/redis-keys';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { room } from '../contracts/journal-samples.ts';
import { HeldLine } from '../kit/held-line.ts';
import { connected, openRedisNode, quiet, RoomEdge, RoomOwner, type RedisNode } from '../kit/redis-nodes.ts';
import { RedisServer } from '../kit/redis-server.ts';

/** As long as a node may say nothing before it counts as lost. */
const SILENCE_SECONDS = 5;
/** Names in Redis are renewed as often. */
const RENEWED_SECONDS = 20;
const NUMBERS = Array.from({ length: 200 }, (_, n) => n);
const DEN = room('den');

let redis: RedisServer;
/** Runs the room. */
let here: RedisNode;
/** Has people of it. */
let there: RedisNode;
let owner: RoomOwner;
let near: RoomEdge;
let far: RoomEdge;

beforeEach(async () => {
  redis = await RedisServer.start();
  [here, there] = await Promise.all([openRedisNode(redis.url), openRedisNode(redis.url)]);
  owner = new RoomOwner(here.bus, DEN);
  await quiet(here, there);
  near = new RoomEdge(here.bus, DEN);
  far = new RoomEdge(there.bus, DEN);
  near.attach('ana');
  far.attach('ben');
  far.attach('cem');
  far.detach('cem');
  await quiet(here, there);
  expect(owner.heard).toEqual(['attach ana', 'attach ben', 'attach cem', 'detach cem']);
  owner.heard.length = 0;
});
afterEach(async () => {
  await Promise.all([here.bus.close(), there.bus.close()]);
  await redis[Symbol.asyncDispose]();
});

/** That people who come in by the other node are heard and hear, having come back if they had to. */
async function speaks(nodes: readonly RedisNode[] = [here, there]): Promise<void> {
  owner.heard.length = 0;
  far.heard.length = 0;
  far.attach('ben');
  await quiet(...nodes);
  owner.say(7);
  await quiet(...nodes);
  expect(owner.heard).toEqual(['attach ben']);
  expect(far.heard).toEqual([expect.objectContaining({ type: 'saved', count: 7 })]);
}

/** It goes without a word; resolves when Redis knows. */
async function dies({ line }: RedisNode): Promise<void> {
  line.close();
  await redis.with((admin) => vi.waitUntil(async () => ((await admin.pubsub('CHANNELS')) as string[]).length === 1));
}

/** So many seconds pass at these nodes. */
async function pass(seconds: number, ...nodes: readonly RedisNode[]): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    for (const { clock } of nodes) clock.advance(1_000);
    await quiet(...nodes);
  }
}

test('D8 two hundred frames each way, sent in turns, keep their order both ways', async () => {
  for (const n of NUMBERS) {
    far.say('ben', n);
    owner.say(n);
    if (n % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await quiet(here, there);
  expect(owner.heard).toEqual(NUMBERS.map((n) => `message ben ${n}`));
  const told = far.heard.map((message) => (message.type === 'saved' ? message.count : message.type));
  expect(told).toEqual(NUMBERS);
});

test('D7 when Redis is killed, those elsewhere are told to come back, and those beside the owner notice nothing', async () => {
  const traffic = (n: number): void => {
    near.say('ana', n);
    far.say('ben', n);
    owner.say(n);
  };
  for (const n of NUMBERS.slice(0, 50)) traffic(n);
  await redis.kill();
  await vi.waitUntil(() => !here.line.isUp && !there.line.isUp);
  for (const n of NUMBERS.slice(50, 100)) traffic(n);
  await new Promise((resolve) => setImmediate(resolve));
  expect(far.closings).toBeGreaterThan(0);
  expect(owner.heard).toContain('detach ben');
  expect(owner.heard).not.toContain('detach cem');
  expect(near.closings).toBe(0);
  expect(near.heard).toHaveLength(100);
  expect(owner.heard.filter((heard) => heard.startsWith('message ana'))).toHaveLength(100);
  // What of theirs did arrive is a beginning of what they said, in its order.
  const arrived = owner.heard.filter((heard) => heard.startsWith('message ben'));
  expect(arrived).toEqual(NUMBERS.slice(0, arrived.length).map((n) => `message ben ${n}`));
  await redis.restart();
  await connected(here.line, there.line);
  await quiet(here, there);
  await speaks();
  expect(near.closings).toBe(0);
});

test('D7 Redis that is emptied under way costs nobody a frame, and in time its names are there again', async () => {
  const names = await redis.keys();
  await redis.with((admin) => admin.flushall());
  far.say('ben', 1);
  await quiet(here, there);
  expect(owner.heard).toEqual(['message ben 1']);
  expect(far.closings).toBe(0);
  await pass(RENEWED_SECONDS, here, there);
  expect(await redis.keys()).toEqual(names);
});

test('D7 nonsense in place of its names, of any kind, keeps nobody from finding the room', async () => {
  const spoils = [
    (name: string) => redis.with((admin) => admin.set(name, 'nonsense')),
    (name: string) => redis.with((admin) => admin.hset(name, 'non', 'sense')),
    (name: string) => redis.with((admin) => admin.sadd(name, 'nonsense', 'n_nobody-at-all', '')),
    (name: string) => redis.with((admin) => admin.set(name, 'n_nobody-at-all')),
  ];
  for (const spoil of spoils) {
    const names = await redis.keys();
    await redis.with((admin) => admin.flushall());
    for (const name of names) await spoil(name);
    owner.close();
    await quiet(here, there);
    owner = new RoomOwner(here.bus, DEN);
    await quiet(here, there);
    await speaks();
  }
});

test('D7 the people of a node that died are detached, once, and who runs the room next does not look for it', async () => {
  await dies(there);
  await pass(1, here);
  expect(owner.heard).toEqual(['detach ben']);
  await pass(1, here);
  expect(owner.heard).toEqual(['detach ben']);
  const edges = (await redis.keys()).find((name) => name.endsWith(':edges'));
  expect(await redis.with((admin) => admin.scard(edges ?? ''))).toBe(1);
});

test('D7 people whose owner died are told to come back', async () => {
  await dies(here);
  await pass(1, there);
  expect(far.closings).toBe(1);
});

test('D7 a node from which nothing comes counts as lost, also where Redis does not know it yet; heard again, all begins anew', async () => {
  await pass(SILENCE_SECONDS, here);
  await quiet(here, there);
  expect(owner.heard).toEqual(['detach ben']);
  expect(far.closings).toBe(1);
  await speaks();
});

test('D7 nodes that say that they are there are not lost, however long nothing else is said', async () => {
  await pass(4 * SILENCE_SECONDS, here, there);
  expect([near.closings, far.closings]).toEqual([0, 0]);
  expect(owner.heard).toEqual([]);
});

test('D8 a new owner on a third node: people are told to come back, and are heard by it alone', async () => {
  const third = await openRedisNode(redis.url);
  const next = new RoomOwner(third.bus, DEN);
  await quiet(here, there, third);
  expect(far.closings).toBe(1);
  // The old one hears that they are gone, and is heard no more.
  expect(owner.heard).toEqual(['detach ben']);
  far.attach('ben');
  owner.say(1);
  next.say(2);
  await quiet(here, there, third);
  expect(next.heard).toEqual(['attach ben']);
  expect(owner.heard).toEqual(['detach ben']);
  expect(far.heard.at(-1)).toMatchObject({ type: 'saved', count: 2 });
  await third.bus.close();
});

test('D8 an owner that was replaced neither renews its name over the next one’s nor takes that away when it goes', async () => {
  const third = await openRedisNode(redis.url);
  const next = new RoomOwner(third.bus, DEN);
  await quiet(here, there, third);
  const named = (): Promise<string | null> => redis.with((admin) => admin.get(NAMES.owner(DEN)));
  const before = await named();
  await pass(RENEWED_SECONDS, here);
  expect(await named()).toBe(before);
  owner.close();
  await quiet(here, there, third);
  expect(await named()).toBe(before);
  next.close();
  await quiet(here, there, third);
  expect(await named()).toBeNull();
  await third.bus.close();
});

test('D8 what is said to a room that nobody runs brings those who said it back', async () => {
  const lost = new RoomEdge(there.bus, room('nowhere'));
  lost.attach('ben');
  await quiet(here, there);
  expect(lost.closings).toBe(1);
});

test('D7 a reader that is too slow for Redis is cut off by it: both ends begin anew, and nobody waits for it', async () => {
  await using held = await HeldLine.to(redis.port);
  await redis.with((admin) => admin.config('SET', 'client-output-buffer-limit', 'pubsub 256kb 0 0'));
  const slow = await openRedisNode(`redis://127.0.0.1:${held.port}`);
  const edge = new RoomEdge(slow.bus, DEN);
  edge.attach('dora');
  await quiet(here, slow);
  held.stopReading();
  const much = new Uint8Array(128 * 1024);
  await vi.waitUntil(async () => {
    far.heard.length = 0;
    owner.publish({ type: 'update', doc: 'workspace', message: much });
    await quiet(here, there);
    expect(far.heard).toHaveLength(1);
    await pass(1, here, there);
    return owner.heard.includes('detach dora');
  });
  held.release();
  await vi.waitUntil(() => edge.closings > 0);
  await connected(slow.line);
  await quiet(here, slow);
  edge.attach('dora');
  await quiet(here, slow);
  expect(owner.heard.at(-1)).toBe('attach dora');
  await slow.bus.close();
});

test('D7 Redis that does not answer is given up soon: nobody waits for it, and nothing is kept for it', async () => {
  await using held = await HeldLine.to(redis.port);
  const cut = await openRedisNode(`redis://127.0.0.1:${held.port}`);
  const edge = new RoomEdge(cut.bus, DEN);
  edge.attach('dora');
  await quiet(here, cut);
  held.hold();
  edge.say('dora', 1);
  await vi.waitUntil(() => !cut.line.isUp, { timeout: 5_000 });
  expect(edge.closings).toBe(1);
  await connected(cut.line);
  edge.attach('dora-again');
  await quiet(here, there, cut);
  expect(owner.heard).toEqual(['attach dora', 'attach dora-again']);
  // Redis was not told that the first connection is gone: its node is silent.
  await pass(SILENCE_SECONDS, here, there, cut);
  expect(owner.heard).toEqual(['attach dora', 'attach dora-again', 'detach dora']);
  await cut.bus.close();
});

describe('D7 what waits for a Redis that does not answer is bounded: beyond it the line is given up at once', () => {
  const TOO_MANY = 10_001;
  let line: HeldLine;
  let cut: RedisNode;

  beforeEach(async () => {
    line = await HeldLine.to(redis.port);
    cut = await openRedisNode(`redis://127.0.0.1:${line.port}`);
  });
  afterEach(async () => {
    await cut.bus.close();
    await line[Symbol.asyncDispose]();
  });

  /** Long before a question counts as unanswered. */
  async function isGivenUp(): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    return !cut.line.isUp;
  }

  test('D7 what people say to a room that is still being looked for', async () => {
    line.hold();
    const edge = new RoomEdge(cut.bus, room('attic'));
    for (let n = 1; n < TOO_MANY; n += 1) edge.say('dora', n);
    expect(await isGivenUp()).toBe(false);
    edge.say('dora', TOO_MANY);
    expect(await isGivenUp()).toBe(true);
    expect(edge.closings).toBe(1);
  });

  test('D7 what an owner says before it is known who is there to hear it', async () => {
    line.hold();
    const attic = new RoomOwner(cut.bus, room('attic'));
    for (let n = 1; n < TOO_MANY; n += 1) attic.say(n);
    expect(await isGivenUp()).toBe(false);
    attic.say(TOO_MANY);
    expect(await isGivenUp()).toBe(true);
  });

  test('D7 what is on its way to another node', async () => {
    const attic = new RoomOwner(cut.bus, room('attic'));
    await quiet(cut, there);
    new RoomEdge(there.bus, room('attic')).attach('ben');
    await quiet(cut, there);
    expect(attic.heard).toEqual(['attach ben']);
    line.hold();
    const mebibyte = new Uint8Array(2 ** 20);
    for (let n = 0; n < 33; n += 1) attic.publish({ type: 'update', doc: 'workspace', message: mebibyte });
    expect(await isGivenUp()).toBe(true);
  });
});
