import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Question, Usage } from './meter.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const METER = new URL('meter.ts', import.meta.url);
const START_MS = 20_000;
const STOP_MS = 5_000;

/** One contestant in a process of its own, which says what it costs. */
export class MeasuredServer implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#process = child;
    this.url = url;
  }

  /** Resolves when the program says on its output where it listens; rejects when it does not. */
  static async start(program: URL, env: Readonly<Record<string, string>> = {}): Promise<MeasuredServer> {
    const child = spawn(process.execPath, ['--expose-gc', '--import', METER.href, fileURLToPath(program)], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    try {
      return new MeasuredServer(child, await address(child));
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** `ws://…`, for sockets. */
  get socketUrl(): string {
    return this.url.replace(/^http/u, 'ws');
  }

  /** Microseconds of processor time that the server uses while `work` runs. */
  async cpuDuring(work: () => Promise<unknown>): Promise<number> {
    const before = await this.#ask('usage');
    await work();
    return (await this.#ask('usage')).cpuUs - before.cpuUs;
  }

  /** What it holds in memory, garbage collected. */
  memory(): Promise<Usage> {
    return this.#ask('collect');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const force = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(force);
  }

  async #ask(question: Question): Promise<Usage> {
    const answer = once(this.#process, 'message', { signal: AbortSignal.timeout(START_MS) });
    this.#process.send(question);
    const [usage] = (await answer) as [Usage];
    return usage;
  }
}

async function address(child: ChildProcess): Promise<string> {
  let said = '';
  return new Promise<string>((found, failed) => {
    const late = setTimeout(() => failed(new Error(`no address after ${START_MS} ms: ${said}`)), START_MS);
    child.once('exit', () => failed(new Error(`ended before it listened: ${said}`)));
    const hear = (text: string): void => {
      // Read on to the end, so that a server that logs is never held up.
      if (said.length < 10_000) said += text;
      const match = /"event":"listening".*?"url":"([^"]+)"/u.exec(said);
      if (match?.[1] === undefined) return;
      clearTimeout(late);
      found(match[1]);
    };
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', hear);
  });
}
