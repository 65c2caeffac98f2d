import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientWorld } from '../../kit/client-world.ts';

/** What may happen to a client on a bad line. */
const step = fc.oneof(
  fc.record({ do: fc.constant('ask' as const), text: fc.string({ minLength: 1, maxLength: 8 }) }),
  fc.record({ do: fc.constant('say' as const), text: fc.string({ minLength: 1, maxLength: 8 }) }),
  fc.record({ do: fc.constant('up' as const), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant('down' as const), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ do: fc.constant('drop' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 2_000 }) }),
  fc.record({ do: fc.constant('reload' as const) }),
);

/** Every promise that can settle has settled. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('T2 through any loss of connections and pages each item is accepted exactly once, in the order of writing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer(), async (steps, seed) => {
      const world = clientWorld(seed);
      const { clock, server } = world;
      let client = world.client('ana');
      const written: string[] = [];
      await server.settle();
      for (const next of steps) {
        if (next.do === 'ask') written.push(client.ask(next.text));
        else if (next.do === 'say') written.push(client.say(next.text));
        else if (next.do === 'up') server.last.deliverUp(next.count);
        else if (next.do === 'down') server.last.deliverDown(next.count);
        else if (next.do === 'drop') server.last.drop();
        else if (next.do === 'wait') clock.advance(next.ms);
        else {
          client.close();
          client = world.client('ana');
          // What is written before the first welcome is kept in memory only, so let it be welcomed.
          while (client.view.you === null) {
            await nextTurn();
            server.last.deliverDown(1);
          }
        }
        await Promise.resolve();
      }
      for (let round = 0; round < 6; round += 1) {
        await server.settle();
        clock.advance(10_000);
      }
      await server.settle();
      const { outbox } = client.view;
      world.close();
      expect(server.accepted.map(({ id }) => id)).toEqual(written);
      expect(outbox).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
