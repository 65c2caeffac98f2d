import { MemoryBus } from '@parley/server/adapters/cluster/bus-memory';
import type { OwnerMessage, PeerId } from '@parley/server/ports/bus';
import { expect, test } from 'vitest';
import { busContract } from '../contracts/bus.ts';
import { room } from '../contracts/journal-samples.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

busContract('memory', async () => {
  const bus = new MemoryBus();
  return { bus, elsewhere: bus, settled, dispose: async () => {} };
});

test('a receiver that throws is heard, and costs nobody else a message', async () => {
  const bus = new MemoryBus();
  const received: OwnerMessage[] = [];
  bus.join(room('a'), () => {
    throw new Error('a bug in a receiver');
  });
  bus.join(room('a'), (message) => received.push(message));
  bus.join(room('b'), (message) => received.push(message));
  const message: OwnerMessage = { type: 'saved', peer: 'p' as PeerId, doc: 'workspace', count: 1 };
  const heard = uncaught();
  bus.own(room('a'), () => {}).publish(message);
  bus.own(room('b'), () => {}).publish(message);
  await settled();
  expect((await heard).message).toBe('a bug in a receiver');
  expect(received).toEqual([message, message]);
});

/** The next uncaught error of this process, in place of the test runner's own listeners. */
function uncaught(): Promise<Error> {
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  return new Promise((resolve) => {
    process.once('uncaughtException', (error) => {
      for (const listener of listeners) process.on('uncaughtException', listener);
      resolve(error);
    });
  });
}
