import { failed, isIn, postponed, type Job, type JobIn, type JobState } from '../../core/background/job.ts';
import type { BackgroundDeps } from './background-deps.ts';
import { exportSlice } from './export-slice.ts';

/** How long an export may be fetched. */
const KEPT_MS = 24 * 3_600_000;
/** A room that grows while it is written down is written down so far. */
const MOST_PARTS = 10_000;

/**
 * Writes exports part by part (G9): each with the place that it came to, in one step, so that a crash goes on where it
 * was. Words that are taken away in the room take all that was written with them, and it begins anew.
 */
export class ExportWriting {
  readonly #deps: BackgroundDeps;
  readonly #signal: AbortSignal;

  constructor(deps: BackgroundDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
  }

  /** Goes on with one export as far as it gets. */
  async work(job: Job): Promise<void> {
    const { jobs } = this.#deps;
    if (isIn(job, 'ready')) return void (await jobs.move(job, null));
    let writing: JobIn<'writing'> | null = isIn(job, 'writing') ? job : await this.#begin(job);
    while (writing !== null && !this.#signal.aborted && !this.#deps.pressed()) writing = await this.#write(writing);
  }

  async #begin(job: Job): Promise<JobIn<'writing'> | null> {
    if (!isIn(job, 'waiting')) return null;
    const state = { kind: 'writing', attempts: job.state.attempts, parts: 0, cursor: 0 } as const;
    return (await this.#deps.jobs.move(job, state)) ? { ...job, state } : null;
  }

  /** One part; null when there is no more to do now. */
  async #write(job: JobIn<'writing'>): Promise<JobIn<'writing'> | null> {
    const { rooms, jobs, clock } = this.#deps;
    const { attempts, parts, cursor } = job.state;
    const inside = await rooms.within(job.ref, (desk) => exportSlice(desk, cursor));
    if (inside.kind === 'absent') return this.#end(job, null);
    if (inside.kind === 'unavailable') return this.#end(job, postponed(job.state, clock.now()));
    if (parts >= MOST_PARTS) return this.#end(job, failed(job.state, 'too-large', clock.now()));
    const { text, next } = inside.value;
    const state = { kind: 'writing', attempts, parts: parts + 1, cursor: next ?? cursor } as const;
    const ready: JobState = { kind: 'ready', parts: parts + 1, until: clock.now() + KEPT_MS };
    const written = await jobs.write(job, text, next === null ? ready : state);
    return written && next !== null ? { ...job, state } : null;
  }

  async #end(job: JobIn<'writing'>, to: JobState | null): Promise<null> {
    await this.#deps.jobs.move(job, to);
    return null;
  }
}
