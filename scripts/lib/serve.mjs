import { spawn } from 'node:child_process';
import { ROOT, exitCodeOf } from './process.mjs';

const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs the server until it ends, passing on its output, signals to it, and its exit code.
 * @param {{ node: string, env: NodeJS.ProcessEnv }} tools
 * @returns {Promise<number>}
 */
export function serve({ node, env }) {
  const child = spawn(node, ['server/src/main.ts'], { cwd: ROOT, env, stdio: ['inherit', 'pipe', 'inherit'] });
  // A terminal's Ctrl-C reaches the server as well; it takes the second one as the same wish.
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  let pending = '';
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
    process.stdout.write(chunk);
    const lines = (pending + chunk).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) announce(line);
  });
  return new Promise((done) => child.on('close', (code, signal) => done(exitCodeOf(code, signal))));
}

/** @param {string} line what the server says for programs; this adds the same for people */
function announce(line) {
  const listening = listeningLine(line);
  if (listening === null) return;
  const { url, model, mode } = listening;
  const rows = [`Parley is running: ${url}`, '', `  answers   ${model}`];
  if (model.startsWith('demo')) rows.push('            (OPENAI_API_KEY, or Ollama on this machine, brings a real one)');
  if (mode === 'development') {
    rows.push(`  Ana       ${url}/?room=lobby&as=ana`, `  Ben       ${url}/?room=lobby&as=ben`, '');
    rows.push('  Open both links, in two windows, and talk. No token is needed: this is development mode.');
  }
  process.stdout.write(`\n${rows.join('\n')}\n  Ctrl-C stops it.\n\n`);
}

/**
 * @param {string} line
 * @returns {{ url: string, model: string, mode: string } | null}
 */
function listeningLine(line) {
  if (!line.startsWith('{"event":"listening"')) return null;
  const { url, model, mode } = JSON.parse(line);
  return { url, model, mode };
}
