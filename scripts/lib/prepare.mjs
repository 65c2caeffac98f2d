import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, StepFailed, run } from './process.mjs';
import { environment, node, pnpm } from './toolchain.mjs';

/** Where the fingerprints of what was prepared last are kept; gone together with what they describe. */
const STAMPS = join(ROOT, 'node_modules', '.parley');
const MANIFESTS = [
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  ...['.', 'shared', 'server', 'client', 'test'].map((folder) => `${folder}/package.json`),
];
const CLIENT_SOURCES = [
  'client/src',
  'client/page',
  'client/build.ts',
  'client/package.json',
  'shared/src',
  'pnpm-lock.yaml',
];

/**
 * Makes sure that Node and the locked dependencies are there. Without a change since the last time it
 * touches neither npm nor the network.
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} what to run things with
 */
export async function install() {
  const program = await node();
  const env = environment(program);
  await unlessUnchanged('install', MANIFESTS, existsSync(join(ROOT, 'server/node_modules')), async () => {
    const packager = await pnpm();
    console.error('Installing dependencies …');
    // Without CI pnpm asks before it replaces a folder of another version, and nobody may be there to answer.
    const code = await run(packager, ['install', '--frozen-lockfile', '--reporter=silent'], {
      env: { ...env, CI: 'true' },
    });
    if (code !== 0) throw new StepFailed('pnpm install --frozen-lockfile failed (see above).');
  });
  return { node: program, env };
}

/**
 * Builds the browser client when its sources changed.
 * @param {{ node: string, env: NodeJS.ProcessEnv }} tools
 */
export async function buildClient({ node: program, env }) {
  await unlessUnchanged('client', CLIENT_SOURCES, existsSync(join(ROOT, 'client/dist/index.html')), async () => {
    console.error('Building the client …');
    const code = await run(program, ['client/build.ts'], { env, quiet: true });
    if (code !== 0) throw new StepFailed('The client did not build (see above).');
  });
}

/**
 * @param {string} name
 * @param {readonly string[]} sources
 * @param {boolean} present whether the result is there at all
 * @param {() => Promise<void>} work
 */
async function unlessUnchanged(name, sources, present, work) {
  const stamp = join(STAMPS, name);
  const print = fingerprint(sources);
  if (present && existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return;
  await work();
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(stamp, print);
}

/** @param {readonly string[]} sources files and folders below the root */
function fingerprint(sources) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of sources.flatMap(filesOf)) hash.update(`\0${file}\0`).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(path) {
  if (!existsSync(join(ROOT, path))) return [];
  if (statSync(join(ROOT, path)).isFile()) return [path];
  return readdirSync(join(ROOT, path))
    .sort()
    .flatMap((name) => filesOf(`${path}/${name}`));
}
