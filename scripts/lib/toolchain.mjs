import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { ROOT, StepFailed, run } from './process.mjs';

/** What is obtained when the machine's own is missing or older. */
const PINNED = { node: '24.21.0', pnpm: '12.21.0' };
/** Runs TypeScript by type stripping from here on. */
const OLDEST_NODE = '22.18.0';
const OLDEST_PNPM = '12.0.0';
const EXE = process.platform === 'win32' ? '.exe' : '';

/**
 * A Node that runs the sources: this one, or a pinned one under `.tools/`.
 * @returns {Promise<string>} path of the program
 */
export async function node() {
  if (atLeast(process.versions.node, OLDEST_NODE)) return process.execPath;
  return obtain('node', join('bin', `node${EXE}`));
}

/**
 * A pnpm that reads the lockfile: the machine's, or a pinned one under `.tools/`.
 * @returns {Promise<string>}
 */
export async function pnpm() {
  const own = spawnSync('pnpm', ['--version'], { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32' });
  if (own.status === 0 && atLeast(own.stdout.trim(), OLDEST_PNPM)) return 'pnpm';
  return obtain('pnpm', `pnpm${EXE}`);
}

/**
 * The environment for child processes: the chosen Node comes first, also for what they start themselves, and
 * what names programs of the tests stays here, since a server refuses PARLEY_ variables it does not know.
 * @param {string} nodePath
 * @returns {NodeJS.ProcessEnv}
 */
export function environment(nodePath) {
  const { PARLEY_CHROMIUM: _chromium, PARLEY_REDIS_SERVER: _redis, ...inherited } = process.env;
  return { ...inherited, PATH: `${dirname(nodePath)}${delimiter}${process.env['PATH'] ?? ''}` };
}

/**
 * Installs one pinned tool by npm, each into a folder of its own, once.
 * @param {'node' | 'pnpm'} name
 * @param {string} program its path inside the package
 */
async function obtain(name, program) {
  const home = join(ROOT, '.tools', `${name}-${PINNED[name]}`);
  const path = join(home, 'node_modules', name, program);
  const complete = join(home, 'complete');
  if (existsSync(complete) && existsSync(path)) return path;
  console.error(`Getting ${name} ${PINNED[name]} (once, into .tools/) …`);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  // Both packages fetch their binary for this platform in an install script, so scripts must be on.
  const options = [
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts=false',
    '--loglevel=error',
  ];
  const code = await run('npm', ['install', '--prefix', home, ...options, `${name}@${PINNED[name]}`], { quiet: true });
  if (code !== 0)
    throw new StepFailed(`npm could not install ${name}@${PINNED[name]} (see above). Is a registry reachable?`);
  const found = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (!found.stdout?.includes(PINNED[name])) throw new StepFailed(`${path} does not run on this machine.`);
  writeFileSync(complete, '');
  return path;
}

/**
 * @param {string} version
 * @param {string} least
 */
function atLeast(version, least) {
  const have = version.split('.').map(Number);
  const need = least.split('.').map(Number);
  for (const [place, wanted] of need.entries()) {
    if (have[place] !== wanted) return (have[place] ?? 0) > wanted;
  }
  return true;
}
