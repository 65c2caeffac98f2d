import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from './process.mjs';

/** Where test/reporter.ts leaves what it counted. */
const SUMMARY = join(ROOT, 'node_modules', '.parley', 'test-summary.json');

/**
 * Runs vitest and says, as the very last line, what came of it.
 * @param {{ node: string, env: NodeJS.ProcessEnv }} tools
 * @param {readonly string[]} rest passed on to vitest
 * @returns {Promise<number>} non-zero when something failed, and when nothing ran
 */
export async function runTests({ node, env }, rest) {
  rmSync(SUMMARY, { force: true });
  const code = await run(node, ['node_modules/vitest/vitest.mjs', 'run', ...rest], {
    cwd: join(ROOT, 'test'),
    env: { ...env, TEST_SUMMARY: SUMMARY },
  });
  const summary = readSummary(code);
  for (const title of summary.skipped) console.log(`skipped: ${title}`);
  console.log(lastLine(summary));
  return summary.failed === 0 && summary.passed > 0 ? code : code || 1;
}

/**
 * @typedef {{ passed: number, failed: number, skipped: string[] }} Summary
 * @param {Summary} summary
 */
function lastLine({ passed, failed, skipped }) {
  const counts = `${passed} passed, ${failed} failed`;
  return skipped.length === 0 ? counts : `${counts}, ${skipped.length} skipped`;
}

/**
 * A run that broke before it could count, or fails for a reason outside every test, counts as one failure.
 * @param {number} code
 * @returns {Summary}
 */
function readSummary(code) {
  if (!existsSync(SUMMARY)) return { passed: 0, failed: 1, skipped: [] };
  /** @type {Summary} */
  const summary = JSON.parse(readFileSync(SUMMARY, 'utf8'));
  return code !== 0 && summary.failed === 0 ? { ...summary, failed: 1 } : summary;
}
