import { spawnSync } from 'node:child_process';
import { StepFailed, run } from './process.mjs';

/** Chromium without what a person needs around a page: the same engine, for a third of the work. */
const LIGHT = 'chromium-headless-shell';
const NAMES = [LIGHT, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A mirror may fail once, and another program may be installing something just now. */
const PATIENT = ['-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300'];

/**
 * The browser the tests drive: named by PARLEY_CHROMIUM, found, or installed from the system's packages.
 * @returns {Promise<string>} its path
 */
export async function provideChromium() {
  const found = process.env['PARLEY_CHROMIUM'] || find();
  if (found) return found;
  for (const name of [LIGHT, 'chromium']) {
    await install(name);
    const installed = find();
    if (installed) return installed;
  }
  throw new StepFailed(
    'Chromium is missing: the browser tests need it. Install the package `chromium` (or Google Chrome), or name one in PARLEY_CHROMIUM.\n0 passed, 1 failed',
  );
}

/** Installs the light one also where another is found: the tests take longer without it, and prove the same. */
export async function provideLightChromium() {
  if (!process.env['PARLEY_CHROMIUM'] && !has(LIGHT)) await install(LIGHT);
  await provideChromium();
}

/**
 * From the system's packages, where that can be done; nothing is removed for it. Whether it is there now, is looked at.
 * @param {string} name
 */
async function install(name) {
  if (process.getuid?.() !== 0 || !has('apt-get')) return;
  console.error(`Installing ${name} from the system packages …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', [...PATIENT, 'update', '-qq'], { env, quiet: true });
  const args = ['install', '-y', '-qq', '--no-install-recommends', '--no-remove', name];
  await run('apt-get', [...PATIENT, ...args], { env, quiet: true });
}

function find() {
  for (const name of NAMES) {
    const path = which(name);
    if (path !== null) return path;
  }
  return null;
}

/** @param {string} name */
function has(name) {
  return which(name) !== null;
}

/** @param {string} name */
function which(name) {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : null;
}
