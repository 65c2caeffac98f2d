import { failed, postponed, type JobIn, type JobState } from '../../core/background/job.ts';
import type { BackgroundSettled } from '../../core/budget/attempt-settled.ts';
import type { ModelEnd, ModelRequest, Provider } from '../../ports/model.ts';
import type { Reservation } from '../budgets.ts';
import type { BackgroundDeps } from './background-lane.ts';
import { operationOf, reserveFor, settledOf, takeIn } from './background-account.ts';
import type { AskingKind, Question } from './job-kinds.ts';

/** Where a budget is used up, it is looked at again so much later. */
const NO_BUDGET_MS = 3_600_000;
/** No answer to a background question is longer. */
const MOST_ANSWER_CHARS = 200_000;

interface Said {
  readonly text: string;
  readonly end: ModelEnd;
  readonly from: Provider | undefined;
}

/** Asks a model one thing at a time, where its provider takes no batches (G9). */
export class SingleCalls {
  readonly #deps: BackgroundDeps;
  readonly #signal: AbortSignal;

  constructor(deps: BackgroundDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
  }

  async make(job: JobIn<'waiting'>, kind: AskingKind, question: Question): Promise<void> {
    const { jobs, clock } = this.#deps;
    const reservation = reserveFor(this.#deps, job.ref, question);
    if (reservation === null) return void (await jobs.move(job, postponed(job.state, clock.now(), NO_BUDGET_MS)));
    try {
      const asked = await this.#intend(job, question, reservation);
      if (asked === null) return;
      const request = { ...question.request, maxOutputTokens: reservation.outputTokens };
      const said = await this.#call({ ...request, tools: [], allowedTools: [], caller: job.ref, background: job.kind });
      // What was cut off by the end of the server is taken up by the next one as the store has it.
      if (!this.#signal.aborted) await jobs.move(asked, await this.#after({ asked, kind, reservation }, said));
    } finally {
      this.#deps.budgets.release(reservation);
    }
  }

  /** On disk before the call. Null: the job moved meanwhile. */
  async #intend(
    job: JobIn<'waiting'>,
    { sources }: Question,
    { claim, outputTokens }: Reservation,
  ): Promise<JobIn<'asked'> | null> {
    const { jobs, digest } = this.#deps;
    const reserved = claim.inputTokens + outputTokens;
    const operation = operationOf(job, digest);
    const { attempts } = job.state;
    const state = { kind: 'asked', attempts, operation, sources, batch: null, reserved } as const;
    return (await jobs.move(job, state)) ? { ...job, state } : null;
  }

  async #call(request: ModelRequest): Promise<Said> {
    let text = '';
    for await (const event of this.#deps.model.stream(request, this.#signal)) {
      if (event.type === 'end') return { text, end: event.end, from: event.from };
      text = event.type === 'again' ? '' : (text + event.text).slice(0, MOST_ANSWER_CHARS);
    }
    throw new Error('must: G1: a model stream ends with an end event');
  }

  /** Where the job stands after an answer; null: it is done. */
  async #after(call: Call, { text, end, from }: Said): Promise<JobState | null> {
    const { asked } = call;
    const { state } = asked;
    const now = this.#deps.clock.now();
    if (end.reason === 'failed') return end.class === 'aborted' ? postponed(state, now) : failed(state, end.class, now);
    const { operation, sources } = state;
    const settled = this.#settled(call, end, from);
    const inside = await takeIn(this.#deps.rooms, asked, call.kind, { answer: { text, operation, sources }, settled });
    if (inside.kind === 'absent') return null;
    if (inside.kind === 'unavailable') return failed(state, 'interrupted', now);
    if (inside.value === 'stale') return postponed(state, now);
    return inside.value === 'taken' ? null : failed(state, inside.value, now);
  }

  #settled(
    { asked, reservation }: Call,
    end: Exclude<ModelEnd, { reason: 'failed' }>,
    from: Provider | undefined,
  ): BackgroundSettled {
    this.#deps.budgets.charge(reservation, end.usage);
    return settledOf(asked, { ...end, from, at: this.#deps.clock.now() });
  }
}

interface Call {
  readonly asked: JobIn<'asked'>;
  readonly kind: AskingKind;
  readonly reservation: Reservation;
}
