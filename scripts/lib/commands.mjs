import { checks } from './checks.mjs';
import { provideChromium, provideLightChromium } from './chromium.mjs';
import { buildClient, install } from './prepare.mjs';
import { run } from './process.mjs';
import { provideRedis } from './redis.mjs';
import { serve } from './serve.mjs';
import { runTests } from './tests.mjs';

/**
 * Each takes the words after the command and gives the exit code.
 * @typedef {(rest: string[]) => Promise<number>} Command
 */

/** Installs, builds the client and runs one server until it is told to stop. @type {Command} */
export async function start() {
  const tools = await install();
  await buildClient(tools);
  return serve(tools);
}

/** Backup, new keys, forgetting a tenant: `data` alone says how. @type {Command} */
export async function data(rest) {
  const { node, env } = await install();
  return run(node, ['server/src/data.ts', ...rest], { env });
}

/** Makes sure that there is the browser which the tests drive, the light one if it can be had. @type {Command} */
export async function browser() {
  await provideLightChromium();
  return 0;
}

/** Runs every test, or the files whose path contains one of the words. @type {Command} */
export async function test(rest) {
  const tools = await install();
  const provided = { CHROMIUM_PATH: await provideChromium(), REDIS_SERVER_PATH: await provideRedis() };
  await buildClient(tools);
  return runTests({ ...tools, env: { ...tools.env, ...provided } }, rest);
}

/** The long `kill -9` run; the first word is the number of kills. @type {Command} */
export async function chaos([kills = '500']) {
  const tools = await install();
  await buildClient(tools);
  return runTests({ ...tools, env: { ...tools.env, CHAOS_KILLS: kills } }, ['--project', 'chaos']);
}

/** The long simulation; the words are the number of histories and the seed. @type {Command} */
export async function sim([runs = '2000', seed = String(Date.now() % 1_000_000)]) {
  const tools = await install();
  const env = { ...tools.env, SIM_RUNS: runs, SIM_SEED: seed };
  return runTests({ ...tools, env }, ['sim/room.sim']);
}

/** What models are sent in random rooms, looked through for what their readers may not see; the words are the number of builds and the seed. @type {Command} */
export async function builds([runs = '100000', seed = String(Date.now() % 1_000_000)]) {
  const tools = await install();
  console.log(`${runs} builds, seed ${seed}.`);
  const env = { ...tools.env, BUILDS: runs, BUILDS_SEED: seed };
  return runTests({ ...tools, env }, ['spec/context-canaries']);
}

/** Many random histories against the rules of who may know what; the words are their number for each property and the seed. @type {Command} */
export async function laws([runs = '40000', seed = String(Date.now() % 1_000_000)]) {
  const tools = await install();
  const laws = { LAWS_RUNS: runs, LAWS_SEED: seed };
  // A whole room takes some hundred times as long as the model of one.
  const rooms = String(Math.ceil(Number(runs) / 100));
  const whole = {
    DIFFERENTIAL_RUNS: rooms,
    DIFFERENTIAL_SEED: seed,
    WORLDS_RUNS: rooms,
    WORLDS_SEED: seed,
  };
  console.log(`${runs} histories of each property, ${rooms} of whole rooms, seed ${seed}.`);
  return runTests({ ...tools, env: { ...tools.env, ...laws, ...whole } }, ['oracle/', 'hostile/two-worlds-sockets']);
}

/** Whether the hostile tests notice mistakes that are seeded into the server; words choose among the mistakes. @type {Command} */
export async function faults(rest) {
  const { node, env } = await install();
  const provided = { REDIS_SERVER_PATH: await provideRedis() };
  return run(node, ['test/hostile/faults/try-faults.ts', ...rest], { env: { ...env, ...provided } });
}

/** Format, lint, types, dead code, rules and shape. @type {Command} */
export async function check(rest) {
  return checks(await install(), rest);
}

/** Writes every file in the one format. @type {Command} */
export async function format() {
  const { env } = await install();
  return run('node_modules/.bin/oxfmt', ['--write', '.'], { env });
}

/** The figures of what the model is sent: all parts, or those that are named. @type {Command} */
export async function benchContext(rest) {
  const { node, env } = await install();
  return run(node, ['test/bench/context/context.ts', ...rest], { env });
}

/** Prints the figures; raw results stay in `test/bench/results/`. @type {Command} */
export async function bench(rest) {
  const { node, env } = await install();
  return run(node, ['--expose-gc', 'test/bench/bench.ts', ...rest], { env });
}

/** What holds of model calls when providers fail, or what they rest on. @type {Command} */
export async function benchModel(rest) {
  const { node, env } = await install();
  const provided = { REDIS_SERVER_PATH: await provideRedis() };
  return run(node, ['test/bench/model-figures.ts', ...rest], { env: { ...env, ...provided } });
}
