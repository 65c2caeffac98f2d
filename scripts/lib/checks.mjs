import { run } from './process.mjs';

const BIN = 'node_modules/.bin';

/** @type {Record<string, (node: string) => [program: string, ...args: string[]]>} */
const CHECKS = {
  format: () => [`${BIN}/oxfmt`, '--check', '.'],
  lint: () => [`${BIN}/oxlint`, '--type-aware', '--deny-warnings', '--report-unused-disable-directives'],
  types: () => [`${BIN}/tsc`, '-p', '.'],
  'dead code': () => [`${BIN}/knip`, '--no-progress'],
  rules: (node) => [node, 'scripts/rules.ts'],
  shape: (node) => [node, 'scripts/shape.ts'],
};

/** The type-aware linter is a Go program whose heap grows until its collector is told where to stop. */
const LIMITS = { GOMEMLIMIT: '3GiB' };

/**
 * Runs every check, also after one failed, so that one run shows everything.
 * @param {{ node: string, env: NodeJS.ProcessEnv }} tools
 * @param {readonly string[]} only names of checks; none means all
 * @returns {Promise<number>}
 */
export async function checks({ node, env }, only) {
  const failed = [];
  for (const [name, commandOf] of Object.entries(CHECKS)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const [program, ...args] = commandOf(node);
    const started = Date.now();
    const code = await run(program, args, { env: { ...LIMITS, ...env }, quiet: true });
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (code !== 0) failed.push(name);
  }
  if (failed.length === 0) return 0;
  console.error(`check failed: ${failed.join(', ')}`);
  return 1;
}
