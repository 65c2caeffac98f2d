import { RedisLeases } from '@parley/server/adapters/cluster/lease-redis';
import { NAMES } from '@parley/server/adapters/cluster/redis/redis-keys';
import { RedisLine } from '@parley/server/adapters/cluster/redis/redis-line';
import type { RoomRef } from '@parley/server/core/tenant';
import { afterAll, beforeAll } from 'vitest';
import { leaseContract } from '../contracts/lease.ts';
import { TestClock } from '../kit/clock.ts';
import { seededIds } from '../kit/ids.ts';
import { RecordingLog } from '../kit/log.ts';
import { connected } from '../kit/redis-nodes.ts';
import { RedisServer } from '../kit/redis-server.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis[Symbol.asyncDispose]());

leaseContract('redis', async () => {
  await redis.with((admin) => admin.flushall());
  const clock = new TestClock();
  const nodes = new Map<string, { readonly leases: RedisLeases; readonly line: RedisLine }>();
  const ids = seededIds(1);
  for (const node of ['n1', 'n2', 'n3', 'n4']) {
    const log = new RecordingLog();
    const line = new RedisLine(redis.url, log);
    nodes.set(node, { line, leases: new RedisLeases({ line, node, clock, ids, log }) });
  }
  const lines = [...nodes.values()].map(({ line }) => line);
  await connected(...lines);
  const settled = (): Promise<unknown> => Promise.all(lines.map((line) => line.settled()));
  return {
    node: (name) => nodes.get(name)!.leases,
    // It ran out unnoticed, and another took it, and gave it back.
    expire: async (ref: RoomRef) => {
      await redis.with((admin) => admin.set(NAMES.lease(ref), 'n9:l_another', 'PX', 5_000));
      clock.advance(2_000);
      await settled();
      await redis.with((admin) => admin.del(NAMES.lease(ref)));
    },
    dispose: async () => {
      for (const { leases } of nodes.values()) leases.close();
    },
  };
});
