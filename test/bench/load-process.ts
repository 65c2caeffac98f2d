import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Jobs } from './load/jobs.ts';
import type { Report } from './load/load.ts';

/** No job takes longer by far; a server that loses a frame must not hang the run. */
const JOB_MS = 90_000;

/** The load generator as the run sees it. */
export class LoadProcess implements AsyncDisposable {
  readonly #process: ChildProcess = fork(new URL('load/load.ts', import.meta.url), {
    execArgv: ['--max-old-space-size=3000'],
  });

  /** Does one job; rejects with the generator's error. */
  async run<Name extends keyof Jobs>(
    job: Name,
    work: Parameters<Jobs[Name]>[0],
  ): Promise<Awaited<ReturnType<Jobs[Name]>>> {
    const reported = once(this.#process, 'message', { signal: AbortSignal.timeout(JOB_MS) });
    this.#process.send({ job, work });
    const [report] = (await reported) as [Report];
    if (!report.ok) throw new Error(`${job}: ${report.error}`);
    // The generator answers each job with what that job returns.
    return report.result as Awaited<ReturnType<Jobs[Name]>>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }
}
