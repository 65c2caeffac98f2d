import { NAMES, readIncarnation, type Incarnation } from '@parley/server/adapters/cluster/redis/redis-keys';
import { FrameSeal } from '@parley/server/adapters/cluster/redis/sealed-frame';
import { pack, writeLetters, type Letter } from '@parley/server/adapters/cluster/redis/letters';
import type { EdgeMessage, PeerId } from '@parley/server/ports/bus';
import { must } from '@parley/shared/assert';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { room } from '../contracts/journal-samples.ts';
import { NODES_SECRET, openRedisNode, quiet, RoomEdge, RoomOwner, type RedisNode } from '../kit/redis-nodes.ts';
import { RedisServer } from '../kit/redis-server.ts';

const DEN = room('den');
const CANARY = 'canary-in-the-den';

interface Heard {
  readonly channel: string;
  readonly frame: Buffer;
}

let redis: RedisServer;
let here: RedisNode;
let there: RedisNode;
let owner: RoomOwner;
let far: RoomEdge;
/** Somebody at Redis who hears every channel. */
let spy: Redis;
let overheard: Heard[];

beforeEach(async () => {
  redis = await RedisServer.start();
  spy = new Redis(redis.url);
  overheard = [];
  spy.on('pmessageBuffer', (_pattern, channel: Buffer, frame: Buffer) =>
    overheard.push({ channel: channel.toString(), frame }),
  );
  await spy.psubscribe('*');
  [here, there] = await Promise.all([openRedisNode(redis.url), openRedisNode(redis.url)]);
  owner = new RoomOwner(here.bus, DEN);
  await quiet(here, there);
  far = new RoomEdge(there.bus, DEN);
  far.attach(CANARY);
  far.say(CANARY, 1);
  await quiet(here, there);
  far.say(CANARY, 2);
  owner.say(2);
  await quiet(here, there);
});
afterEach(async () => {
  spy.disconnect();
  await Promise.all([here.bus.close(), there.bus.close()]);
  await redis[Symbol.asyncDispose]();
});

/** The channel of a node: what the other one says goes there. */
function channelOf(node: 'owner' | 'edge'): { readonly channel: string; readonly id: Incarnation } {
  // The first frame of all is the edge's to the owner.
  const first = must(overheard[0], 'a frame').channel;
  const channel =
    node === 'owner'
      ? first
      : must(
          overheard.find((one) => one.channel !== first),
          'an answer',
        ).channel;
  return { channel, id: must(readIncarnation(channel.replace('parley:node:', '')), 'an incarnation') };
}

/** Somebody who can write to Redis says something; the nodes are as quiet and as well as they were. */
async function changesNothing(...said: readonly Heard[]): Promise<void> {
  const before = [owner.heard.length, far.heard.length];
  await redis.with(async (admin) => {
    for (const { channel, frame } of said) expect(await admin.publish(channel, frame)).toBeGreaterThan(0);
  });
  await quiet(here, there);
  expect([owner.heard.length, far.heard.length]).toEqual(before);
  far.say(CANARY, 9);
  owner.say(9);
  await quiet(here, there);
  expect([owner.heard.length, far.heard.length]).toEqual(before.map((count) => count + 1));
  expect(far.closings).toBe(0);
}

const forged: EdgeMessage = { type: 'detach', peer: CANARY as PeerId };

test('D7 a frame that is said again changes nothing, to whomever it is said', async () => {
  const kept = [...overheard];
  const [one, other] = [channelOf('owner').channel, channelOf('edge').channel];
  await changesNothing(...kept);
  await changesNothing(...kept.map(({ channel, frame }) => ({ channel: channel === one ? other : one, frame })));
});

test('D7 a frame for one node is none for another that is in the same room', async () => {
  const third = await openRedisNode(redis.url);
  const edge = new RoomEdge(third.bus, DEN);
  edge.attach('cem');
  for (let n = 0; n < 20; n += 1) {
    owner.say(n);
    await quiet(here, there);
  }
  await quiet(here, there, third);
  const to = must(overheard.at(-1), 'a frame').channel;
  const before = edge.heard.length;
  // Some of what the other node was told has just the number that this one waits for.
  for (const { frame } of [...overheard]) await redis.with((admin) => admin.publish(to, frame));
  owner.say(20);
  await quiet(here, there, third);
  expect(edge.heard).toHaveLength(before + 1);
  expect(edge.heard.at(-1)).toMatchObject({ type: 'saved', count: 20 });
  await third.bus.close();
});

test('D8 a node is not heard in a room that it does not run, nor in one in which it has nobody', async () => {
  const seal = new FrameSeal(NODES_SECRET);
  const [toOwner, toEdge] = [channelOf('owner'), channelOf('edge')];
  const from = must(readIncarnation('n_another-node'), 'an incarnation');
  const saved = { type: 'saved', peer: CANARY as PeerId, doc: 'workspace', count: 99 } as const;
  const up = writeLetters([{ kind: 'up', room: 'acme/den', packed: pack(forged) }]);
  const down = writeLetters([{ kind: 'down', room: 'acme/den', packed: pack(saved) }]);
  await changesNothing(
    { channel: toOwner.channel, frame: Buffer.from(seal.seal({ from, to: toOwner.id, number: 0 }, up)) },
    { channel: toEdge.channel, frame: Buffer.from(seal.seal({ from, to: toEdge.id, number: 0 }, down)) },
  );
});

test('D7 a frame of which any byte is another, or that is cut short, changes nothing', async () => {
  const { channel, frame } = must(
    overheard.find((one) => one.channel === channelOf('owner').channel),
    'a frame',
  );
  const garbled = Array.from(frame, (byte, at) => {
    const other = Buffer.from(frame);
    other[at] = byte ^ 1;
    return other;
  });
  const short = Array.from(frame, (_, length) => frame.subarray(0, length));
  await changesNothing(...[...garbled, ...short].map((one) => ({ channel, frame: one })));
});

test('D7 nobody without the secret of the nodes is heard, whomever they say that they are', async () => {
  const [to, from] = [channelOf('owner'), channelOf('edge')];
  const letters: readonly Letter[] = [{ kind: 'up', room: 'acme/den', packed: pack(forged) }, { kind: 'lost' }];
  const seal = new FrameSeal(Buffer.alloc(32, 8));
  const frames = [0, 1, 2, 3, 100].map((number) =>
    seal.seal({ from: from.id, to: to.id, number }, writeLetters(letters)),
  );
  await changesNothing(...frames.map((frame) => ({ channel: to.channel, frame: Buffer.from(frame) })));
});

test('D7 a node with another secret speaks to nobody', async () => {
  const stranger = await openRedisNode(redis.url, Buffer.alloc(32, 8));
  const edge = new RoomEdge(stranger.bus, DEN);
  edge.attach('eve');
  await quiet(here, there, stranger);
  expect(owner.heard).not.toContain('attach eve');
  owner.say(3);
  await quiet(here, there, stranger);
  expect(edge.heard).toEqual([]);
  await stranger.bus.close();
});

test('D7 frames that are refused are counted in the log, once a second, without what is in them', async () => {
  const { channel } = channelOf('owner');
  const frames = Array.from({ length: 30 }, (_, n) => ({ channel, frame: Buffer.from(`${CANARY} ${n}`) }));
  await changesNothing(...frames);
  here.clock.advance(1_000);
  here.clock.advance(1_000);
  expect(here.log.of('bus.refused-frames').map(({ fields }) => fields)).toEqual([{ frames: 30 }]);
  expect(JSON.stringify(here.log.lines)).not.toContain(CANARY);
});

test('D8 where a frame is missing both ends begin anew: its people are detached, and told to come back', async () => {
  const [to, from] = [channelOf('owner'), channelOf('edge')];
  const later = new FrameSeal(NODES_SECRET).seal({ from: from.id, to: to.id, number: 50 }, writeLetters([]));
  await redis.with((admin) => admin.publish(to.channel, Buffer.from(later)));
  await quiet(here, there);
  expect(owner.heard.at(-1)).toBe(`detach ${CANARY}`);
  expect(far.closings).toBe(1);
});

test('D8 a frame of a node that cannot be read counts as missing', async () => {
  const [to, from] = [channelOf('owner'), channelOf('edge')];
  const number = overheard.filter(({ channel }) => channel === to.channel).length;
  for (const [n, plain] of [Uint8Array.of(1, 99), Uint8Array.of(3), Uint8Array.of(1, 4, 1, 97, 1, 255)].entries()) {
    owner.heard.length = 0;
    const frame = new FrameSeal(NODES_SECRET).seal({ from: from.id, to: to.id, number: number + n }, plain);
    await redis.with((admin) => admin.publish(to.channel, Buffer.from(frame)));
    await quiet(here, there);
    expect(here.log.of('bus.counterpart-lost').at(-1)?.fields).toMatchObject({ why: 'unreadable' });
  }
});

test('A73 R11 every name in Redis begins alike and has its tenant; rooms of one name in two tenants never meet', async () => {
  const rival = new RoomOwner(there.bus, room('den', 'rival'));
  const edge = new RoomEdge(here.bus, room('den', 'rival'));
  edge.attach('mallory');
  await quiet(here, there);
  expect(owner.heard).not.toContain('attach mallory');
  expect(rival.heard).toEqual(['attach mallory']);
  const names = ['acme/den', 'rival/den'].flatMap((key) => [`parley:{${key}}:edges`, `parley:{${key}}:owner`]);
  expect(await redis.keys()).toEqual(names.sort());
  expect(names).toContain(NAMES.owner(DEN));
  const channels = (await redis.with((admin) => admin.pubsub('CHANNELS'))) as string[];
  expect(channels.filter((channel) => !channel.startsWith('parley:node:'))).toEqual([]);
  expect(channels).toHaveLength(2);
});

test('D7 who hears every channel and reads every name hears no word and no person', async () => {
  const values = await redis.with((admin) =>
    Promise.all([admin.get(NAMES.owner(DEN)), admin.smembers(NAMES.edges(DEN))]),
  );
  expect(owner.heard).toContain(`attach ${CANARY}`);
  expect(overheard.length).toBeGreaterThan(2);
  expect(Buffer.concat(overheard.map(({ frame }) => frame)).includes(CANARY)).toBe(false);
  expect(JSON.stringify(values)).not.toContain(CANARY);
});

test('D7 what people say who are all on the owner’s node does not go through Redis', async () => {
  const quietRoom = room('quiet');
  const alone = new RoomOwner(here.bus, quietRoom);
  const edge = new RoomEdge(here.bus, quietRoom);
  await quiet(here, there);
  const before = overheard.length;
  for (let n = 0; n < 50; n += 1) {
    edge.say('ana', n);
    alone.say(n);
  }
  await quiet(here, there);
  expect(edge.heard).toHaveLength(50);
  expect(overheard).toHaveLength(before);
});

test('D7 names in Redis run out by themselves, and nodes that go in order leave none', async () => {
  await redis.with(async (admin) => {
    for (const name of await redis.keys()) expect(await admin.pttl(name)).toBeGreaterThan(0);
  });
  await Promise.all([here.bus.close(), there.bus.close()]);
  expect(await redis.keys()).toEqual([]);
});
