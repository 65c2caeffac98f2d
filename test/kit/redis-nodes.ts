import { RedisBus } from '@parley/server/adapters/cluster/bus-redis';
import { RedisLine } from '@parley/server/adapters/cluster/redis-line';
import { TestClock } from './clock.ts';
import { seededIds } from './ids.ts';
import { RecordingLog } from './log.ts';

/** What the nodes of a test know each other by. */
export const NODES_SECRET = Buffer.alloc(32, 7);

/** What a test needs of one node that speaks to others through Redis. */
export interface RedisNode {
  readonly bus: RedisBus;
  readonly line: RedisLine;
  readonly clock: TestClock;
  readonly log: RecordingLog;
}

let made = 0;

/** Resolves when it is connected. */
export async function openRedisNode(url: string, secret: Uint8Array = NODES_SECRET): Promise<RedisNode> {
  const log = new RecordingLog();
  const clock = new TestClock();
  const line = new RedisLine(url, log);
  const bus = new RedisBus({ line, secret, clock, ids: seededIds((made += 1)), log });
  await connected(line);
  return { bus, line, clock, log };
}

/** Resolves when all of them are up. */
export async function connected(...lines: readonly RedisLine[]): Promise<void> {
  while (!lines.every(({ isUp }) => isUp)) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A letter is answered by another at most so often before all is quiet. */
const MOST_TURNS = 8;

/** Resolves when what these nodes had to say to each other is said and heard. */
export async function quiet(...nodes: readonly Pick<RedisNode, 'line'>[]): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(nodes.map(({ line }) => line.settled()));
  }
}
