import { StepFailed } from './process.mjs';
import { installPackage, which } from './system-packages.mjs';

const NAME = 'redis-server';

/**
 * The Redis that the tests start for themselves: named by PARLEY_REDIS_SERVER, found, or installed from the system's packages.
 * @returns {Promise<string>} its path
 */
export async function provideRedis() {
  const found = process.env['PARLEY_REDIS_SERVER'] || which(NAME);
  if (found) return found;
  await installPackage(NAME);
  const installed = which(NAME);
  if (installed !== null) return installed;
  throw new StepFailed(
    'Redis is missing: the tests of several nodes need it. Install the package `redis-server`, or name the program in PARLEY_REDIS_SERVER.\n0 passed, 1 failed',
  );
}
