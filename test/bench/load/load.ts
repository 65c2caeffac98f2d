// The load generator, in a process of its own: does the jobs that its parent names, one at a time.
import { jobs, type Jobs } from './jobs.ts';

export interface Order {
  readonly job: keyof Jobs;
  readonly work: unknown;
}
export type Report = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: string };

process.on('message', (order: Order) => void perform(order));
// It ends with its parent, also where that was killed.
process.on('disconnect', () => process.kill(process.pid));

async function perform({ job, work }: Order): Promise<void> {
  try {
    // The parent's `LoadProcess.run` ties the work to the job.
    const run = jobs[job] as (work: unknown) => Promise<unknown>;
    report({ ok: true, result: await run(work) });
  } catch (error) {
    report({ ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

function report(report: Report): void {
  process.send?.(report);
}
