import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { observe, shelfHistory, type Cast, type ShelfStep } from '../kit/shelf-history.ts';

/** Reads nothing of outside, and is in the room all the time. */
const OUTSIDER: Cast = { readers: ['ana'], more: ['bob'], observer: 'cyd', comes: 'first' };
/** Everybody reads everything at first, so that the room's prompts hold it; then somebody comes who may not. */
const JOINER: Cast = { readers: ['ana', 'bob', 'cyd'], more: [], observer: 'dee', comes: 'last' };
const SEED = 20_261_128;

test('A37 A50 R9 pairs of worlds: what somebody may not read, if it is there or not, changes no frame, no answer and no prompt of theirs', async () => {
  await fc.assert(
    fc.asyncProperty(shelfHistory, async (history) => {
      const told = await observe(history, 'as told', OUTSIDER);
      expect(await observe(history, 'other words', OUTSIDER)).toEqual(told);
      expect(await observe(history, 'none', OUTSIDER)).toEqual(told);
    }),
    { seed: SEED, numRuns: 50 },
  );
});

test('A53 R4 pairs of worlds: who comes later gets the same whatever the words were that the others read and asked about', async () => {
  await fc.assert(
    fc.asyncProperty(shelfHistory, async (history) => {
      const told = await observe(history, 'as told', JOINER);
      expect(await observe(history, 'other words', JOINER)).toEqual(told);
    }),
    { seed: SEED, numRuns: 50 },
  );
});

test('A53 R4 a shelf pushes out what is in sight and decides nothing once it is out of sight', async () => {
  const shelve = { do: 'shelve', resource: 'doc:a', words: 399 } as const;
  const say = (count: number): ShelfStep[] => Array.from({ length: count }, () => ({ do: 'say', who: 'cyd' }));
  const ask = { do: 'ask', who: 'cyd', quotes: false } as const;
  const history: ShelfStep[] = [...say(3), shelve, ask, ...say(4), ask, ...say(12), ask, ...say(2), ask];
  const told = await observe(history, 'as told', JOINER);
  expect(await observe(history, 'other words', JOINER)).toEqual(told);
  // Both kinds of answers are in it: of some the joiner reads the words, of others nothing.
  const outcomes = told.answers.slice(0, 4).map((view) => Object.hasOwn(view as object, 'text'));
  expect(outcomes).toContain(true);
  expect(outcomes).toContain(false);
});

test('R9 the pairs can tell: whoever may read a shelf gets what differs', async () => {
  const history: ShelfStep[] = [
    { do: 'say', who: 'ana' },
    { do: 'shelve', resource: 'doc:a', words: 3 },
  ];
  const reader: Cast = { ...OUTSIDER, observer: 'ana' };
  expect(await observe(history, 'other words', reader)).not.toEqual(await observe(history, 'as told', reader));
});
