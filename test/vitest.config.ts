import { defineConfig } from 'vitest/config';
import { seededSources } from './hostile/faults/seeded.ts';
import { CountingReporter } from './reporter.ts';

/** What runs in the tests' own process is loaded by Vite: a fault is seeded there as `seed.ts` does for other processes. */
const sources = seededSources();
const seeding = {
  name: 'seeded-fault',
  enforce: 'pre',
  load: (path: string): string | null => sources.get(path) ?? null,
} as const;

/**
 * Files that need a port, a browser or child processes wait much of their time: three at once fill two cores. They come
 * after everything that only computes.
 */
const waiting = {
  maxWorkers: 3,
  isolate: true,
  sequence: { groupOrder: 1 },
  // What is waited for is there or comes; how soon, on a busy machine, is not what these tests are about.
  expect: { poll: { timeout: 30_000 } },
} as const;
/** What holds its breath against the clock has the machine to itself. */
const TIMED = 'e2e/start.test.ts';

export default defineConfig({
  test: {
    reporters: [process.env['CI'] ? 'dot' : 'default', new CountingReporter()],
    passWithNoTests: false,
    projects: [
      {
        plugins: [seeding],
        test: {
          name: 'unit',
          // One less than there are cores, by itself: on two that is half of them.
          maxWorkers: 2,
          // What was loaded without a fault is not what is loaded with one.
          fsModuleCache: sources.size === 0,
          include: ['{spec,adapters,kit,sim,oracle,house}/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...waiting,
          name: 'e2e',
          include: ['{e2e,hostile}/**/*.test.ts'],
          exclude: [TIMED],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          ...waiting,
          name: 'browser',
          include: ['browser/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          ...waiting,
          name: 'chaos',
          include: ['chaos/**/*.test.ts'],
          // The long run is bounded by its number of kills, not by this.
          testTimeout: 3_600_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'timed',
          include: [TIMED],
          fileParallelism: false,
          testTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
