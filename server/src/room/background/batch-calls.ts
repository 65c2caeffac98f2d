import { must } from '@parley/shared/assert';
import { failed, type HeldInBatch, type JobIn, type JobState } from '../../core/background/job.ts';
import type { Tenant } from '../../core/tenant.ts';
import type { BatchAccounts, Batches, BatchQuestion, BatchResult } from '../../ports/batches.ts';
import type { ModelFailure, Provider } from '../../ports/model.ts';
import { offeredBy } from '../turns/model-for.ts';
import { takeIn } from './background-account.ts';
import type { BackgroundDeps } from './background-deps.ts';
import { BatchHolds } from './batch-holds.ts';
import { intend, prepare, type Prepared } from './preparing.ts';
import type { SingleCalls } from './single-calls.ts';

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

export interface BatchCallsDeps extends BackgroundDeps {
  readonly accounts: BatchAccounts;
  /** Asks what cannot be handed over. */
  readonly calls: SingleCalls;
  readonly signal: AbortSignal;
}

/**
 * Hands questions over to a provider that answers them within a day (G9), those of one tenant at a time and on its own
 * account where it brought one (G5). That they will be handed over is on disk before they are, under a label of ours by
 * which they are found again when a crash came in between. Answers are taken in one by one, in whatever order and
 * however often they come.
 */
export class BatchCalls {
  readonly #deps: BatchCallsDeps;
  readonly #holds: BatchHolds;
  readonly #polled = new Map<string, number>();

  constructor(deps: BatchCallsDeps) {
    this.#deps = deps;
    this.#holds = new BatchHolds(deps.budgets);
  }

  /** Sees what became of everything that was handed over. */
  async collect(): Promise<void> {
    const asked = await this.handed();
    for (const [label, jobs] of Map.groupBy(asked, ({ state }) => state.batch?.label ?? '')) {
      if (this.#deps.signal.aborted) return;
      const id = jobs.map(({ state }) => state.batch?.id ?? null).find((each) => each !== null);
      if (id !== undefined && !this.#isTime(id)) continue;
      const batches = await this.#accountOf(jobs);
      // Whoever took their key away has taken with it what was asked for with it.
      if (batches === null) await this.#give(jobs, 'key changed');
      else if (id === undefined) await this.#look(batches, label, jobs);
      else await this.#collect(batches, id, jobs);
    }
  }

  /** What a provider has, and holds in budgets for all of it, also for what was handed over before a restart. */
  async handed(): Promise<readonly Handed[]> {
    const handed = (await this.#deps.jobs.asked()).filter(({ state }) => state.batch !== null);
    this.#holds.keepFor(handed);
    return handed;
  }

  /** Hands over what waits in a tenant, once it has gathered. What failed before is asked alone: it may be its own fault. */
  async submit(tenant: Tenant): Promise<void> {
    const { accounts, jobs, clock, ids } = this.#deps;
    const now = clock.now();
    const waiting = (await jobs.waiting(tenant, now, MOST_QUESTIONS)).filter(({ state }) => state.attempts === 0);
    const [oldest] = waiting;
    if (oldest === undefined || (waiting.length < MOST_QUESTIONS && now - oldest.createdAt < GATHER_MS)) return;
    const batches = await accounts.for(oldest.ref);
    const batch = { label: ids.next('b'), at: now, id: null, ...accountIn(batches.provider) };
    const handed: Handed[] = [];
    const questions: BatchQuestion[] = [];
    for (const job of waiting) {
      const prepared = await this.#prepare(job);
      const asked = prepared && (await intend(this.#deps, prepared, batch));
      if (!prepared || !asked) continue;
      const { operation } = asked.state;
      this.#holds.add(operation, prepared.reservation);
      handed.push(asked);
      questions.push({ operation, request: prepared.question.request });
    }
    if (handed.length > 0) await this.#submit(batches, { label: batch.label, handed, questions });
  }

  /** Null when there is nothing to hand over: batches are answered by the model that people get, and some rooms let it answer nobody. */
  async #prepare(job: JobIn<'waiting'>): Promise<Prepared | null> {
    const { calls, kinds, model } = this.#deps;
    const kind = kinds[job.kind];
    const prepared = kind === undefined ? null : await prepare(this.#deps, job, kind);
    if (prepared === null || prepared.model === offeredBy(model)[0]) return prepared;
    await calls.ask(prepared);
    return null;
  }

  async #submit(
    batches: Batches,
    { label, handed, questions }: { label: string; handed: readonly Handed[]; questions: readonly BatchQuestion[] },
  ): Promise<void> {
    const answer = await batches.submit(label, questions, this.#deps.signal);
    if (answer.kind === 'submitted') await this.#named(handed, answer.batch);
    // Of anything else nobody knows whether it arrived: it is looked for.
    else if (REFUSED.has(answer.class)) await this.#give(handed, answer.class);
  }

  /** Where a batch was handed over; null when that account is not there any more. */
  async #accountOf([first]: readonly Handed[]): Promise<Batches | null> {
    const { ref, state } = must(first, 'a batch holds something');
    const batches = await this.#deps.accounts.for(ref);
    return accountIn(batches.provider).keyOf === state.batch?.keyOf ? batches : null;
  }

  /** Looks for a batch whose submission was interrupted. */
  async #look(batches: Batches, label: string, handed: readonly Handed[]): Promise<void> {
    const found = await batches.find(label, this.#deps.signal);
    if (found.kind === 'failed') return;
    if (found.batch === null) await this.#give(handed, 'interrupted');
    else await this.#named(handed, found.batch);
  }

  async #collect(batches: Batches, id: string, handed: readonly Handed[]): Promise<void> {
    const { clock, log, signal } = this.#deps;
    const collected = await batches.collect(id, signal);
    // The provider knows it no more, or not on this account.
    if (collected.kind === 'failed' && collected.class === 'request') return this.#give(handed, 'batch unknown');
    const late = handed.every(({ state }) => clock.now() - (state.batch?.at ?? 0) > MOST_MS);
    if (collected.kind !== 'ended' && !late) return;
    const results = new Map(
      (collected.kind === 'ended' ? collected.results : []).map((result) => [result.operation, result]),
    );
    let left = 0;
    for (const job of handed)
      if (!(await this.#take(job, results.get(job.state.operation), batches.provider))) left += 1;
    if (left > 0) return;
    this.#polled.delete(id);
    if (!(await batches.forget(id, signal))) log.info('batch.not-forgotten', { batch: id });
  }

  /** False: not now, the same answer again later. */
  async #take(asked: Handed, result: BatchResult | undefined, from: Provider): Promise<boolean> {
    const { clock, kinds } = this.#deps;
    const kind = kinds[asked.kind];
    if (kind === undefined) return false;
    if (result?.kind !== 'answer')
      return this.#over(asked, failed(asked.state, result?.class ?? 'expired', clock.now()));
    const taken = await takeIn(this.#deps, { asked, kind }, { ...result, from });
    return taken === 'later' ? false : this.#over(asked, taken);
  }

  async #over(asked: Handed, to: JobState | null): Promise<boolean> {
    this.#holds.release(asked.state.operation);
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

function accountIn({ keyOf }: Provider): Pick<HeldInBatch, 'keyOf'> {
  return keyOf === 'tenant' ? { keyOf } : {};
}
