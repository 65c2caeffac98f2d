import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';

/** The repository's root: where programs are started. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** Ends a program with its starter, also when that is killed and runs nothing any more. */
const LEASH = ['--import', './test/kit/leash.mjs'] as const;
/** What Node compiled of our sources is kept for the next process: about a third of what a server's start takes. */
const COMPILED = { NODE_COMPILE_CACHE: resolve(ROOT, 'node_modules/.parley/compiled') } as const;

/** A program of ours in a process of its own, with what it said so far. It ends with the process that started it. */
export class ChildProgram {
  readonly process: ChildProcess;
  /** The exit code; -1 when a signal ended it. */
  readonly ended: Promise<number>;
  #output = '';
  #over = false;
  readonly #waiting = new Set<() => void>();

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, [...LEASH, ...args], {
      cwd: ROOT,
      env: { ...COMPILED, ...process.env, ...env },
      // Its standard input is never written to: that it closes tells `leash.mjs` that this process is gone.
      stdio: ['pipe', 'pipe', 'pipe'],
    });
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
    for (const look of [...this.#waiting]) look();
    return code ?? -1;
  }
}
