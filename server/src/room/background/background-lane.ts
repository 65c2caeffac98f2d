import { failed, isIn, type Job, type JobState } from '../../core/background/job.ts';
import type { Cancel } from '../../ports/system.ts';
import type { BackgroundDeps } from './background-deps.ts';
import { BatchCalls } from './batch-calls.ts';
import { ExportWriting } from './export-writing.ts';
import { SingleCalls } from './single-calls.ts';

/** Between two looks; a look takes one job of each tenant, one after the other. */
const PACE_MS = 2_000;

/**
 * What is done for rooms while nobody waits for it (G9): one thing at a time, behind everything that somebody waits for,
 * and not at all while the server is pressed. What is to be done is in the store, each step written before it is taken.
 */
export class BackgroundLane {
  readonly #deps: BackgroundDeps;
  readonly #calls: SingleCalls;
  readonly #exports: ExportWriting;
  /** Null: the provider takes none. */
  readonly #batches: BatchCalls | null;
  readonly #stop = new AbortController();
  #timer: Cancel | null = null;
  #looking: Promise<void> = Promise.resolve();

  constructor(deps: BackgroundDeps) {
    this.#deps = deps;
    this.#calls = new SingleCalls(deps, this.#stop.signal);
    this.#exports = new ExportWriting(deps, this.#stop.signal);
    const { batches } = deps.model;
    const own = { calls: this.#calls, signal: this.#stop.signal };
    this.#batches = batches === undefined ? null : new BatchCalls({ ...deps, ...own, accounts: batches });
  }

  /** Takes up what a crash left, and looks again and again. */
  async start(): Promise<void> {
    await this.#recover();
    this.#schedule();
  }

  /** Nothing more is begun; what is under way is left as the store has it. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#timer?.();
    await this.#looking;
  }

  /** One look. Never rejects. */
  async look(): Promise<void> {
    try {
      await this.#tellSums();
      if (this.#deps.pressed()) return;
      await this.#batches?.collect();
      for (const job of await this.#deps.jobs.due(this.#deps.clock.now())) {
        if (this.#stop.signal.aborted || this.#deps.pressed()) return;
        await this.#work(job);
      }
    } catch (error) {
      this.#deps.log.error('background.failed', { error: String(error) });
    }
  }

  #schedule(): void {
    this.#timer = this.#deps.clock.after(PACE_MS, () => {
      this.#looking = this.look().then(() => {
        if (!this.#stop.signal.aborted) this.#schedule();
      });
    });
  }

  /** A call of which nobody knows what it came to is made anew; one whose crashes it may be the cause of, not for ever. */
  async #recover(): Promise<void> {
    await this.#batches?.handed();
    for (const job of await this.#deps.jobs.asked())
      if (job.state.batch === null) await this.#move(job, failed(job.state, 'interrupted', this.#deps.clock.now()));
  }

  async #work(job: Job): Promise<void> {
    if (job.kind === 'export') return this.#exports.work(job);
    const kind = this.#deps.kinds[job.kind];
    if (kind === undefined || !isIn(job, 'waiting')) return;
    if (this.#batches !== null && job.state.attempts === 0) await this.#batches.submit(job.ref.tenant);
    else await this.#calls.make(job, kind);
  }

  async #move(job: Job, to: JobState | null): Promise<void> {
    if (to?.kind === 'dead') this.#deps.log.info('job.dead', { kind: job.kind, room: job.ref.room, reason: to.reason });
    await this.#deps.jobs.move(job, to);
  }

  async #tellSums(): Promise<void> {
    const { jobs, metrics, clock } = this.#deps;
    const { waiting, oldestAt, dead } = await jobs.sums();
    metrics.gauge('parley_background_waiting', waiting);
    metrics.gauge('parley_background_oldest_seconds', oldestAt === null ? 0 : (clock.now() - oldestAt) / 1_000);
    metrics.gauge('parley_background_dead', dead);
  }
}
