import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toldHistory, toldOf, type ToldStep } from '../kit/told-history.ts';

/** PARLEY_WORLDS_RUNS and PARLEY_WORLDS_SEED look for longer, or again. */
const RUNS = Number(process.env['PARLEY_WORLDS_RUNS'] ?? 8);
const SEED = Number(process.env['PARLEY_WORLDS_SEED'] ?? 20_261_128);

test(
  'A41 A42 A47 A48 A50 R3 R4 R9 pairs of worlds over real sockets, with tools and a model that tells all it knows: what somebody may not read changes no byte of theirs',
  async () => {
    await fc.assert(
      fc.asyncProperty(toldHistory, async (history) => {
        const told = await toldOf(history, 'as told');
        expect(await toldOf(history, 'other words')).toEqual(told);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  },
  Math.max(60_000, RUNS * 5_000),
);

test('R9 the pairs can tell: what everybody reads differs where a secret is let into it', async () => {
  const step = (more: Partial<ToldStep>): ToldStep => ({
    who: 'ana',
    lane: 'room',
    say: 'find',
    approves: true,
    ...more,
  });
  const history = [step({ say: 'words' }), step({}), step({ who: 'cyd', say: 'send' })];
  const [told, again] = [await toldOf(history, 'as told'), await toldOf(history, 'as told')];
  expect(again).toEqual(told);
  expect(told.requests.length).toBeGreaterThan(3);
  expect(told.sent).toMatchObject([
    { name: 'find', bearer: 'drive for ana' },
    { name: 'send', bearer: 'drive for cyd' },
  ]);
  expect(JSON.stringify(told.requests)).toContain('the menu');
  expect(JSON.stringify(told)).not.toContain('the plan');
  expect(told.frames.join('')).toContain('words 0');
});
