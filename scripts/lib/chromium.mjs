import { StepFailed } from './process.mjs';
import { installPackage, which } from './system-packages.mjs';

/** Chromium without what a person needs around a page: the same engine, for a third of the work. */
const LIGHT = 'chromium-headless-shell';
const NAMES = [LIGHT, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * The browser the tests drive: named by PARLEY_CHROMIUM, found, or installed from the system's packages.
 * @returns {Promise<string>} its path
 */
export async function provideChromium() {
  const found = process.env['PARLEY_CHROMIUM'] || find();
  if (found) return found;
  for (const name of [LIGHT, 'chromium']) {
    await installPackage(name);
    const installed = find();
    if (installed) return installed;
  }
  throw new StepFailed(
    'Chromium is missing: the browser tests need it. Install the package `chromium` (or Google Chrome), or name one in PARLEY_CHROMIUM.\n0 passed, 1 failed',
  );
}

/** Installs the light one also where another is found: the tests take longer without it, and prove the same. */
export async function provideLightChromium() {
  if (!process.env['PARLEY_CHROMIUM'] && which(LIGHT) === null) await installPackage(LIGHT);
  await provideChromium();
}

function find() {
  for (const name of NAMES) {
    const path = which(name);
    if (path !== null) return path;
  }
  return null;
}
