import { LEASE_MS } from '@parley/server/adapters/cluster/redis/lease-keys';
import { RedisLeases } from '@parley/server/adapters/cluster/lease-redis';
import { NAMES } from '@parley/server/adapters/cluster/redis/redis-keys';
import { RedisLine } from '@parley/server/adapters/cluster/redis/redis-line';
import type { HeldLease, LeaseAnswer } from '@parley/server/ports/lease';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { room } from '../contracts/journal-samples.ts';
import { TestClock } from '../kit/clock.ts';
import { HeldLine } from '../kit/held-line.ts';
import { seededIds } from '../kit/ids.ts';
import { RecordingLog } from '../kit/log.ts';
import { connected } from '../kit/redis-nodes.ts';
import { RedisServer } from '../kit/redis-server.ts';

const DEN = room('den');
const NAME = NAMES.lease(DEN);
/** How long after Redis came back no free room is taken. */
const GRACE_MS = 2_000;

interface LeasingNode {
  readonly leases: RedisLeases;
  readonly line: RedisLine;
  readonly clock: TestClock;
}

let redis: RedisServer;
let one: LeasingNode;
let two: LeasingNode;
let nodes: LeasingNode[];

beforeEach(async () => {
  redis = await RedisServer.start();
  nodes = [];
  one = await open('n1');
  two = await open('n2');
});
afterEach(async () => {
  for (const { leases } of nodes) leases.close();
  await redis[Symbol.asyncDispose]();
});

async function open(node: string, port = redis.port): Promise<LeasingNode> {
  const log = new RecordingLog();
  const clock = new TestClock();
  const line = new RedisLine(`redis://127.0.0.1:${port}`, log);
  const leases = new RedisLeases({ line, node, clock, ids: seededIds(nodes.length), log });
  nodes.push({ leases, line, clock });
  await connected(line);
  return { leases, line, clock };
}

async function held(node: LeasingNode): Promise<HeldLease> {
  const answer = await node.leases.acquire(DEN);
  if (answer.kind !== 'held') throw new Error(`expected the lease, got ${JSON.stringify(answer)}`);
  return answer.lease;
}

/** A third of the lease passes at a node, and it renews. */
async function renews({ clock, line }: LeasingNode): Promise<void> {
  clock.advance(LEASE_MS / 3 + 1);
  await line.settled();
}

function asks(node: LeasingNode): Promise<LeaseAnswer> {
  return node.leases.acquire(DEN);
}

test('D9 a lease runs out five seconds after it was last renewed, which happens at a third of them', async () => {
  await held(one);
  await redis.with(async (admin) => {
    expect(await admin.pttl(NAME)).toBeGreaterThan(0);
    expect(await admin.pttl(NAME)).toBeLessThanOrEqual(LEASE_MS);
    await admin.pexpire(NAME, 1_000);
    await renews(one);
    expect(await admin.pttl(NAME)).toBeGreaterThan(1_000);
  });
});

test('D9 the room of a node that died is free when its lease has run out, and of one that goes in order at once', async () => {
  await held(one);
  one.leases.close();
  expect(await asks(two)).toEqual({ kind: 'elsewhere', node: 'n1' });
  await redis.with((admin) => admin.pexpire(NAME, 1));
  await vi.waitUntil(async () => (await asks(two)).kind === 'held');
  const lease = await held(two);
  await lease.release();
  expect(await redis.keys()).toEqual([]);
});

test('D7 while Redis is away, who holds a room keeps it, and nobody gets another', async () => {
  const lease = await held(one);
  await redis.kill();
  await vi.waitUntil(() => !one.line.isUp && !two.line.isUp);
  one.clock.advance(10 * LEASE_MS);
  expect(await asks(two)).toEqual({ kind: 'unavailable' });
  expect(await two.leases.acquire(room('other'))).toEqual({ kind: 'unavailable' });
  expect(lease.lost.aborted).toBe(false);
  expect((await held(one)).lost.aborted).toBe(false);
});

test('D7 when Redis comes back empty, who ran a room has it again before anybody takes it for free', async () => {
  await using line = await HeldLine.to(redis.port);
  const runs = await open('n3', line.port);
  const lease = await held(runs);
  line.cut();
  await redis.kill();
  await vi.waitUntil(() => !runs.line.isUp && !two.line.isUp);
  await redis.restart();
  await connected(two.line);
  // Whoever is back first leaves a free room alone for a moment.
  expect(await asks(two)).toEqual({ kind: 'unavailable' });
  line.release();
  await connected(runs.line);
  await runs.line.settled();
  expect(await asks(two)).toEqual({ kind: 'elsewhere', node: 'n3' });
  two.clock.advance(GRACE_MS);
  expect(await asks(two)).toEqual({ kind: 'elsewhere', node: 'n3' });
  expect((await two.leases.acquire(room('other'))).kind).toBe('held');
  expect(lease.lost.aborted).toBe(false);
});

test('D7 emptied under way, a lease is there again with its next renewal; whoever took the room before that has it', async () => {
  const lease = await held(one);
  await redis.with((admin) => admin.flushall());
  await renews(one);
  expect(await asks(two)).toEqual({ kind: 'elsewhere', node: 'n1' });
  await redis.with((admin) => admin.flushall());
  const next = await held(two);
  await renews(one);
  expect(lease.lost.aborted).toBe(true);
  await renews(two);
  expect(next.lost.aborted).toBe(false);
});

test.each([
  ['text', ['set', NAME, 'nonsense']],
  ['text with a colon', ['set', NAME, 'n1:', 'PX', '4000']],
  ['another kind', ['sadd', NAME, 'n1:l_nonsense']],
  ['a lease that never runs out', ['set', NAME, 'n9:l_nonsense']],
  ['a lease that is too long', ['set', NAME, 'n9:l_nonsense', 'PX', '900000']],
] as const)('D7 nonsense in place of a lease (%s) keeps a room from nobody', async (_kind, [command, ...args]) => {
  await redis.with((admin) => admin.call(command, ...args));
  const lease = await held(two);
  await redis.with(async (admin) => {
    await admin.flushall();
    await admin.call(command, ...args);
  });
  await renews(two);
  expect(lease.lost.aborted).toBe(false);
  expect(await asks(one)).toEqual({ kind: 'elsewhere', node: 'n2' });
});

test('D9 Redis that does not answer keeps nobody waiting for long', async () => {
  await using line = await HeldLine.to(redis.port);
  const cut = await open('n3', line.port);
  const lease = await held(cut);
  line.hold();
  expect(await cut.leases.acquire(room('other'))).toEqual({ kind: 'unavailable' });
  // Whoever does not answer may be gone without a word: the next question goes over a new line.
  expect(cut.line.isUp).toBe(false);
  await connected(cut.line);
  await lease.release();
  expect(lease.lost.aborted).toBe(false);
});

test('A74 an answer that comes when nobody waits for it any more is never taken for that to another question', async () => {
  const rooms = Array.from({ length: 40 }, (_, n) => room(`r${n}`));
  const holders = rooms.map((_, n) => (n % 2 === 0 ? one : two));
  for (const [n, ref] of rooms.entries()) expect(await holders[n]?.leases.acquire(ref)).toMatchObject({ kind: 'held' });
  await using line = await HeldLine.to(redis.port);
  const asking = await open('n3', line.port);
  const answers: LeaseAnswer[] = [];
  for (const [n, ref] of rooms.entries()) {
    if (n % 20 === 3) line.hold();
    const answer = asking.leases.acquire(ref);
    // Its question is at Redis or on the way; what is answered to it arrives once it was given up.
    if (n % 20 === 3) await answer.finally(() => line.release());
    answers.push(await answer);
    await connected(asking.line);
  }
  const wrong = answers.filter(
    (answer, n) => answer.kind !== 'unavailable' && !(answer.kind === 'elsewhere' && answer.node === `n${1 + (n % 2)}`),
  );
  expect(wrong).toEqual([]);
  expect(answers.filter(({ kind }) => kind === 'unavailable')).toHaveLength(2);
});

test('D9 of those who ask for a room of one node at once, all get the same lease', async () => {
  const answers = await Promise.all([asks(one), asks(one), asks(one)]);
  expect(answers.map(({ kind }) => kind)).toEqual(['held', 'held', 'held']);
});
