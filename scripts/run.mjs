// The one entry of every command in package.json. Plain JavaScript on purpose: it must run on the Node that
// a machine happens to have (20 or newer), before anything is installed.
import {
  bench,
  benchContext,
  benchModel,
  browser,
  builds,
  chaos,
  check,
  data,
  faults,
  format,
  laws,
  sim,
  start,
  test,
} from './lib/commands.mjs';
import { StepFailed } from './lib/process.mjs';

const COMMANDS = {
  ...{ start, data, test, check, format, browser },
  ...{ bench, 'bench-context': benchContext, 'bench-model': benchModel, builds, chaos, faults, laws, sim },
};

const [name = '', ...rest] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[/** @type {keyof typeof COMMANDS} */ (name)] : null;
if (command === null) {
  console.error(`usage: node scripts/run.mjs ${Object.keys(COMMANDS).join('|')}`);
  process.exit(64);
}
try {
  process.exitCode = await command(rest);
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  console.error(error.message);
  process.exitCode = error.code;
}
