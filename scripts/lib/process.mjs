import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root; every command runs from here, wherever it was called. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** A step that cannot be carried on from; its message is for a person and says what to do. */
export class StepFailed extends Error {
  /**
   * @param {string} message
   * @param {number} [code] exit code of the whole command
   */
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}

/**
 * Runs a program to its end and gives its exit code (128 + n when signal n ended it).
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, quiet?: boolean }} [options] quiet: output only when it fails
 * @returns {Promise<number>}
 */
export function run(program, args, { env = process.env, cwd = ROOT, quiet = false } = {}) {
  return new Promise((done, failed) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell: onWindows(),
    });
    /** @type {Buffer[]} */
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => failed(new StepFailed(`could not run ${program}: ${error.message}`)));
    child.on('close', (code, signal) => {
      const ended = exitCodeOf(code, signal);
      if (ended !== 0) process.stderr.write(Buffer.concat(output));
      done(ended);
    });
  });
}

/**
 * @param {number | null} code
 * @param {NodeJS.Signals | null} signal
 */
export function exitCodeOf(code, signal) {
  return signal === null ? (code ?? 1) : 128 + constants.signals[signal];
}

// npm and pnpm are command files there, which only a shell can start.
function onWindows() {
  return process.platform === 'win32';
}
