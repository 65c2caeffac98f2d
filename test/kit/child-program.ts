import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';

/** The repository's root: where programs are started. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** Those that run: whatever becomes of a test or its set-up, none outlives the process that started it. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A program of ours in a process of its own, with what it said so far. */
export class ChildProgram {
  readonly process: ChildProcess;
  /** The exit code; -1 when a signal ended it. */
  readonly ended: Promise<number>;
  #output = '';
  #over = false;
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this.process);
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => this.#heard(text));
    this.ended = new Promise((done) => this.process.on('close', (code) => done(this.#ends(code))));
  }

  /** Standard output and standard error so far. */
  get output(): string {
    return this.#output;
  }

  /** Resolves with the match once the output has it; rejects, with the output, when the program ends without. */
  said(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((found, failed) => {
      const look = (): void => {
        const match = pattern.exec(this.#output);
        if (match === null && !this.#over) return;
        this.#waiting.delete(look);
        if (match !== null) found(match);
        else failed(new Error(`ended without ${String(pattern)}:\n${this.#output}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Sends a signal and waits for the end. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    if (!this.#over) this.process.kill(signal);
    return this.ended;
  }

  #heard(text: string): void {
    this.#output += text;
    for (const look of [...this.#waiting]) look();
  }

  #ends(code: number | null): number {
    this.#over = true;
    running.delete(this.process);
    for (const look of [...this.#waiting]) look();
    return code ?? -1;
  }
}
