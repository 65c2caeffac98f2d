import { defineConfig } from 'vitest/config';
import { CountingReporter } from './reporter.ts';

/** Files that need a port, a browser or the whole machine run one at a time, after everything that does not. */
const alone = { fileParallelism: false, isolate: true } as const;

export default defineConfig({
  test: {
    reporters: [process.env['CI'] ? 'dot' : 'default', new CountingReporter()],
    passWithNoTests: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{spec,adapters,kit,sim,oracle,house}/**/*.test.ts'],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...alone,
          name: 'e2e',
          include: ['{e2e,hostile}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...alone,
          name: 'browser',
          include: ['browser/**/*.test.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...alone,
          name: 'chaos',
          include: ['chaos/**/*.test.ts'],
          // The long run is bounded by its number of kills, not by this.
          testTimeout: 3_600_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
