import { afterAll, beforeAll } from 'vitest';
import { busContract } from '../contracts/bus.ts';
import { openRedisNode, quiet } from '../kit/redis-nodes.ts';
import { RedisServer } from '../kit/redis-server.ts';

let redis: RedisServer;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis[Symbol.asyncDispose]());

busContract('redis', async () => {
  const [here, there] = await Promise.all([openRedisNode(redis.url), openRedisNode(redis.url)]);
  return {
    bus: here.bus,
    elsewhere: there.bus,
    settled: () => quiet(here, there),
    dispose: async () => {
      await Promise.all([here.bus.close(), there.bus.close()]);
    },
  };
});
