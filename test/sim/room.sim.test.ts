import * as fc from 'fast-check';
import { test } from 'vitest';
import { histories } from './history.ts';
import { play } from './play.ts';

/** SIM_RUNS and SIM_SEED rerun what was found, or look for longer. */
const RUNS = Number(process.env['SIM_RUNS'] ?? 30);
const SEED = Number(process.env['SIM_SEED'] ?? 20_261_123);

test(
  'A40 P1 P2 P3 P5 P6 P7 P8 P9 P10 whatever people, lines, disks and nodes do, the room keeps its promises',
  async () => {
    await fc.assert(
      fc.asyncProperty(histories(60), (history) => play(history)),
      { numRuns: RUNS, seed: SEED, reporter: report },
    );
  },
  Math.max(60_000, RUNS * 3_000),
);

/** What to type to see it again. */
function report(details: fc.RunDetails<[Parameters<typeof play>[0]]>): void {
  if (!details.failed) return;
  const { counterexample, seed, counterexamplePath, errorInstance } = details;
  const rerun = `SIM_SEED=${seed} SIM_RUNS=${details.numRuns} npx vitest run sim/room.sim.test.ts`;
  throw new Error(`${rerun}  (path ${counterexamplePath})\n${JSON.stringify(counterexample?.[0])}`, {
    cause: errorInstance,
  });
}
