import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killAgainAndAgain } from './kill.ts';

/** `npm run test:chaos` sets the number; its figures are kept. */
const KILLS = process.env['CHAOS_KILLS'];
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);
const RESULTS = join(import.meta.dirname, 'results');

test('T2 T3 T19 T44 D1 D3 W14 W21 kill -9 at random: nothing acknowledged is lost, answered twice, out of order or spliced', async () => {
  process.stdout.write(`chaos seed ${SEED}: CHAOS_SEED=${SEED} runs it again\n`);
  const figures = await killAgainAndAgain({ kills: Number(KILLS ?? 50), seed: SEED });
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  if (KILLS !== undefined) keep(figures);
  for (const [promise, broken] of Object.entries(figures.broken)) expect(broken, promise).toEqual([]);
  expect(figures.promptsAcknowledged).toBeGreaterThan(figures.kills);
  expect(figures.editsAcknowledged).toBeGreaterThan(0);
});

function keep(figures: { readonly kills: number }): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `kill-${figures.kills}.json`), `${JSON.stringify(figures, null, 2)}\n`);
}
