import { failed, type JobIn, type JobState } from '../../core/background/job.ts';
import type { Tenant } from '../../core/tenant.ts';
import type { Batches, BatchQuestion, BatchResult } from '../../ports/batches.ts';
import type { ModelFailure } from '../../ports/model.ts';
import type { Reservation } from '../budgets.ts';
import { takeIn } from './background-account.ts';
import type { BackgroundDeps } from './background-lane.ts';
import { intend, prepare, type Prepared } from './preparing.ts';

/** As many questions at most are handed over at once, and the first of them waits so long for others. */
const MOST_QUESTIONS = 100;
const GATHER_MS = 60_000;
/** Between two looks at one batch. */
const POLL_MS = 60_000;
/** Providers promise an answer within a day; what is not there then does not come. */
const MOST_MS = 26 * 3_600_000;
/** After these it is certain that nothing was handed over. */
const REFUSED: ReadonlySet<ModelFailure> = new Set(['request', 'auth', 'rate']);

type Handed = JobIn<'asked'>;

/**
 * Hands questions over to a provider that answers them within a day (G9), those of one tenant at a time. That they will
 * be handed over is on disk before they are, under a label of ours by which they are found again when a crash came in
 * between. Answers are taken in one by one, in whatever order and however often they come.
 */
export class BatchCalls {
  readonly #deps: BackgroundDeps;
  readonly #batches: Batches;
  readonly #signal: AbortSignal;
  readonly #held = new Map<string, Reservation>();
  readonly #polled = new Map<string, number>();

  constructor(deps: BackgroundDeps, batches: Batches, signal: AbortSignal) {
    this.#deps = deps;
    this.#batches = batches;
    this.#signal = signal;
  }

  /** Sees what became of everything that was handed over. */
  async collect(): Promise<void> {
    const asked = (await this.#deps.jobs.asked()).filter(({ state }) => state.batch !== null);
    for (const [label, jobs] of Map.groupBy(asked, ({ state }) => state.batch?.label ?? '')) {
      if (this.#signal.aborted) return;
      const id = jobs.map(({ state }) => state.batch?.id ?? null).find((each) => each !== null);
      if (id === undefined) await this.#look(label, jobs);
      else if (this.#isTime(id)) await this.#collect(id, jobs);
    }
  }

  /** Hands over what waits in a tenant, once it has gathered. What failed before is asked alone: it may be its own fault. */
  async submit(tenant: Tenant): Promise<void> {
    const { jobs, clock, ids } = this.#deps;
    const now = clock.now();
    const waiting = (await jobs.waiting(tenant, now, MOST_QUESTIONS)).filter(({ state }) => state.attempts === 0);
    const [oldest] = waiting;
    if (oldest === undefined || (waiting.length < MOST_QUESTIONS && now - oldest.createdAt < GATHER_MS)) return;
    const batch = { label: ids.next('b'), at: now, id: null };
    const handed: Handed[] = [];
    const questions: BatchQuestion[] = [];
    for (const job of waiting) {
      const prepared = await this.#prepare(job);
      const asked = prepared && (await intend(this.#deps, prepared, batch));
      if (!prepared || !asked) continue;
      const { operation } = asked.state;
      this.#held.set(operation, prepared.reservation);
      handed.push(asked);
      questions.push({
        operation,
        request: { ...prepared.question.request, maxOutputTokens: prepared.reservation.outputTokens },
      });
    }
    if (handed.length > 0) await this.#submit(batch.label, handed, questions);
  }

  async #prepare(job: JobIn<'waiting'>): Promise<Prepared | null> {
    const kind = this.#deps.kinds[job.kind];
    return kind === undefined ? null : prepare(this.#deps, job, kind);
  }

  async #submit(label: string, handed: readonly Handed[], questions: readonly BatchQuestion[]): Promise<void> {
    const answer = await this.#batches.submit(label, questions, this.#signal);
    if (answer.kind === 'submitted') await this.#named(handed, answer.batch);
    // Of anything else nobody knows whether it arrived: it is looked for.
    else if (REFUSED.has(answer.class)) await this.#give(handed, answer.class);
  }

  /** Looks for a batch whose submission was interrupted. */
  async #look(label: string, handed: readonly Handed[]): Promise<void> {
    const found = await this.#batches.find(label, this.#signal);
    if (found.kind === 'failed') return;
    if (found.batch === null) await this.#give(handed, 'interrupted');
    else await this.#named(handed, found.batch);
  }

  async #collect(id: string, handed: readonly Handed[]): Promise<void> {
    const collected = await this.#batches.collect(id, this.#signal);
    const late = handed.every(({ state }) => this.#deps.clock.now() - (state.batch?.at ?? 0) > MOST_MS);
    if (collected.kind !== 'ended' && !late) return;
    const results = new Map(
      (collected.kind === 'ended' ? collected.results : []).map((result) => [result.operation, result]),
    );
    let left = 0;
    for (const job of handed) if (!(await this.#take(job, results.get(job.state.operation)))) left += 1;
    if (left > 0) return;
    this.#polled.delete(id);
    if (!(await this.#batches.forget(id, this.#signal))) this.#deps.log.info('batch.not-forgotten', { batch: id });
  }

  /** False: not now, the same answer again later. */
  async #take(asked: Handed, result: BatchResult | undefined): Promise<boolean> {
    const { clock, kinds } = this.#deps;
    const kind = kinds[asked.kind];
    if (kind === undefined) return false;
    if (result?.kind !== 'answer')
      return this.#over(asked, failed(asked.state, result?.class ?? 'expired', clock.now()));
    const taken = await takeIn(this.#deps, { asked, kind }, { ...result, from: this.#batches.provider });
    return taken === 'later' ? false : this.#over(asked, taken);
  }

  async #over(asked: Handed, to: JobState | null): Promise<boolean> {
    const reservation = this.#held.get(asked.state.operation);
    if (reservation !== undefined) this.#deps.budgets.release(reservation);
    this.#held.delete(asked.state.operation);
    await this.#deps.jobs.move(asked, to);
    return true;
  }

  async #give(handed: readonly Handed[], reason: string): Promise<void> {
    for (const job of handed) await this.#over(job, failed(job.state, reason, this.#deps.clock.now()));
  }

  async #named(handed: readonly Handed[], id: string): Promise<void> {
    for (const job of handed) {
      const { batch } = job.state;
      if (batch !== null) await this.#deps.jobs.move(job, { ...job.state, batch: { ...batch, id } });
    }
  }

  #isTime(id: string): boolean {
    const now = this.#deps.clock.now();
    if (now - (this.#polled.get(id) ?? Number.NEGATIVE_INFINITY) < POLL_MS) return false;
    this.#polled.set(id, now);
    return true;
  }
}
