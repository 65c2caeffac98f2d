import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { SeededFault } from './faults.ts';
import { ROOM_HISTORIES } from './room-faults.ts';
import { SEEDED_FAULTS } from './seeded.ts';

/**
 * Runs for each seeded fault the test that has to notice it; ends with 1 when one does not, or when one fails without a
 * fault. Words choose among the faults.
 */
const TESTS = resolve(import.meta.dirname, '../..');
const HISTORIES = { DIFFERENTIAL_RUNS: String(ROOM_HISTORIES) };
const words = process.argv.slice(2);
const chosen = SEEDED_FAULTS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

const broken = [...new Set(chosen.map(({ caughtBy }) => caughtBy))].filter((file) => outcomeOf(file, 'none').failed);
for (const file of broken) process.stdout.write(`${file} fails without a fault: nothing is shown by its failing\n`);
const shown = chosen.filter(({ caughtBy }) => !broken.includes(caughtBy));
const missed = shown.filter((fault) => !isNoticed(fault));
process.stdout.write(`${shown.length - missed.length} of ${chosen.length} seeded faults were noticed\n`);
process.exitCode = missed.length + broken.length === 0 && chosen.length > 0 ? 0 : 1;

function isNoticed({ name, reaches, caughtBy }: SeededFault): boolean {
  const { failed, why } = outcomeOf(caughtBy, name);
  process.stdout.write(`${failed ? 'noticed' : 'MISSED '} ${name} (reaches ${reaches}) by ${caughtBy}: ${why}\n`);
  return failed;
}

interface Outcome {
  readonly failed: boolean;
  /** Its first error. */
  readonly why: string;
}

function outcomeOf(file: string, fault: string): Outcome {
  const seeding = `--import=${resolve(import.meta.dirname, 'seed.ts')}`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--bail', '1', '--reporter', 'default', file],
    {
      cwd: TESTS,
      encoding: 'utf8',
      env: { ...process.env, ...HISTORIES, NO_COLOR: '1', SEEDED_FAULT: fault, NODE_OPTIONS: seeding },
    },
  );
  return { failed: status !== 0, why: (/^\w*Error: .*$/m.exec(stdout + stderr)?.[0] ?? '').slice(0, 160) };
}
