import { spawnSync } from 'node:child_process';
import { run } from './process.mjs';

/** A mirror may fail once, and another program may be installing something just now. */
const PATIENT = ['-o', 'Acquire::Retries=3', '-o', 'DPkg::Lock::Timeout=300'];

/**
 * From the system's packages, where that can be done; nothing is removed for it. Whether it is there now, is looked at.
 * @param {string} name
 */
export async function installPackage(name) {
  if (process.getuid?.() !== 0 || which('apt-get') === null) return;
  console.error(`Installing ${name} from the system packages …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', [...PATIENT, 'update', '-qq'], { env, quiet: true });
  const args = ['install', '-y', '-qq', '--no-install-recommends', '--no-remove', name];
  await run('apt-get', [...PATIENT, ...args], { env, quiet: true });
}

/**
 * The path of a program; null when there is none of that name.
 * @param {string} name
 */
export function which(name) {
  const found = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : null;
}
