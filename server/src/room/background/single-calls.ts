import { failed, postponed, type JobIn, type JobState } from '../../core/background/job.ts';
import type { ModelEnd, ModelRequest, Provider } from '../../ports/model.ts';
import { takeIn } from './background-account.ts';
import type { BackgroundDeps } from './background-deps.ts';
import type { AskingKind } from './job-kinds.ts';
import { intend, prepare, type Prepared } from './preparing.ts';

/** No answer to a background question is longer. */
const MOST_ANSWER_CHARS = 200_000;

interface Said {
  readonly text: string;
  readonly end: ModelEnd;
  readonly from: Provider | undefined;
}

/** Asks a model one thing at a time (G9). */
export class SingleCalls {
  readonly #deps: BackgroundDeps;
  readonly #signal: AbortSignal;

  constructor(deps: BackgroundDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
  }

  async make(job: JobIn<'waiting'>, kind: AskingKind): Promise<void> {
    const prepared = await prepare(this.#deps, job, kind);
    if (prepared !== null) await this.ask(prepared);
  }

  async ask(prepared: Prepared): Promise<void> {
    const { jobs, budgets } = this.#deps;
    const { job, kind, question, model, reservation } = prepared;
    try {
      const asked = await intend(this.#deps, prepared, null);
      if (asked === null) return;
      const { inputTokens } = reservation.claim;
      const about = { model, inputTokens, tools: [], allowedTools: [], caller: job.ref, background: job.kind };
      const said = await this.#call({ ...question.request, ...about });
      // What was cut off by the end of the server is taken up by the next one as the store has it.
      if (!this.#signal.aborted) await jobs.move(asked, await this.#after(asked, kind, said));
    } finally {
      budgets.release(reservation);
    }
  }

  async #call(request: ModelRequest): Promise<Said> {
    let text = '';
    for await (const event of this.#deps.model.stream(request, this.#signal)) {
      if (event.type === 'end') return { text, end: event.end, from: event.from };
      text = event.type === 'text' ? (text + event.text).slice(0, MOST_ANSWER_CHARS) : '';
    }
    throw new Error('must: G1: a model stream ends with an end event');
  }

  /** Where the job stands after an answer; null: it is done. */
  async #after(asked: JobIn<'asked'>, kind: AskingKind, { text, end, from }: Said): Promise<JobState | null> {
    const { state } = asked;
    const now = this.#deps.clock.now();
    if (end.reason === 'failed') return end.class === 'aborted' ? postponed(state, now) : failed(state, end.class, now);
    const taken = await takeIn(this.#deps, { asked, kind }, { ...end, text, from });
    return taken === 'later' ? failed(state, 'interrupted', now) : taken;
  }
}
