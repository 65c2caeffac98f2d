import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toldHistory, type ToldStep } from '../kit/told-history.ts';
import { ToldWorlds } from '../kit/told-world.ts';

/** Histories, each in two pairs of worlds. WORLDS_RUNS and WORLDS_SEED look for longer, or again. */
const RUNS = Number(process.env['WORLDS_RUNS'] ?? 4);
const SEED = Number(process.env['WORLDS_SEED'] ?? 20_261_128);

let worlds: ToldWorlds;
beforeAll(async () => {
  worlds = await ToldWorlds.start();
});
afterAll(() => worlds[Symbol.asyncDispose]());

test(
  'A41 A42 A47 A48 A50 R3 R4 R9 worlds over real sockets, with tools and a model that tells all it knows: neither what somebody may not read nor that it is there changes a byte of theirs',
  async () => {
    await fc.assert(
      fc.asyncProperty(toldHistory, async (history) => {
        const told = await worlds.play(history, 'as told');
        expect(await worlds.play(history, 'other words')).toEqual(told);
        expect(await worlds.play(history, 'none')).toEqual(told);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  },
  Math.max(300_000, RUNS * 60_000),
);

function step(more: Partial<ToldStep>): ToldStep {
  return { who: 'ana', lane: 'room', say: 'find', approves: true, ...more };
}

test('R4 R9 of all that others can have in private, a queue that is stuck and a shelf of the room among it, nothing shows', async () => {
  const history = [
    step({ lane: 'me' }),
    step({ say: 'release' }),
    step({ who: 'cyd', lane: 'me', say: 'words' }),
    step({ say: 'waits' }),
    step({ who: 'cyd', say: 'type' }),
    step({ lane: 'me', say: 'none' }),
    step({ who: 'cyd', lane: 'me', say: 'send' }),
    step({ who: 'bob', say: 'type' }),
    step({ who: 'cyd', lane: 'me', say: 'read' }),
    step({ who: 'cyd', lane: 'me', say: 'note' }),
    step({ who: 'cyd', say: 'held' }),
    step({ who: 'bob' }),
    step({ who: 'bob', lane: 'me' }),
    step({ who: 'bob', say: 'read' }),
    step({ say: 'send' }),
    step({ say: 'answers' }),
    step({ who: 'cyd', say: 'send' }),
  ];
  const told = await worlds.play(history, 'as told');
  expect(told.requests.length).toBeGreaterThan(5);
  expect(await worlds.play(history, 'other words')).toEqual(told);
  expect(await worlds.play(history, 'none')).toEqual(told);
});

test('R9 the pairs can tell: what everybody reads differs where a secret is let into it', async () => {
  const history = [step({ say: 'note' }), step({ say: 'words' }), step({}), step({ who: 'cyd', say: 'send' })];
  const [told, again] = [await worlds.play(history, 'as told'), await worlds.play(history, 'as told')];
  expect(again).toEqual(told);
  expect(told.requests.length).toBeGreaterThan(3);
  expect(told.sent).toMatchObject([
    { name: 'find', bearer: 'drive for ana' },
    { name: 'send', bearer: 'drive for cyd' },
  ]);
  expect(JSON.stringify(told.requests)).toContain('the menu');
  expect(JSON.stringify(told)).not.toContain('the plan');
  expect(told.frames.join('')).toContain('words 0');
  expect(told.presence.join('')).toContain('AI for ana');
});
