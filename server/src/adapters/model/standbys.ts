import type { ModelEnd, ModelRequest } from '../../ports/model.ts';
import type { Cancel, Clock, Log } from '../../ports/system.ts';
import type { Target, TargetHealths } from './target-healths.ts';

export interface StandbysDeps {
  /** Those that are called only when another one fails. */
  readonly targets: readonly Target[];
  readonly healths: TargetHealths;
  readonly clock: Clock;
  readonly log: Log;
}

/** A target that nobody called for so long is called to see whether it would answer. */
const EVERY_MS = 3_600_000;
/** The first time, soon after the start: a setting that is wrong shows on that day and not on the other. */
const SOON_MS = 60_000;
const PATIENCE_MS = 60_000;
const MOST_TOKENS = 16;
/** Of the question below, as it travels. */
const INPUT_TOKENS = 10;

/** Nobody's words, and no room's: what a stand-in is asked while nobody needs it. */
const QUESTION: ModelRequest = {
  messages: [{ role: 'user', content: 'Answer with the word ready.' }],
  tools: [],
  allowedTools: [],
  inputTokens: INPUT_TOKENS,
  maxOutputTokens: MOST_TOKENS,
  cacheKey: 'standby',
  caller: null,
};

const STALLED: ModelEnd = { reason: 'failed', class: 'stall', detail: 'no answer in time' };

/** G4: stand-ins are exercised on a schedule, so that they work on the day; one that does not is an error in the log. */
export class Standbys {
  readonly #deps: StandbysDeps;

  constructor(deps: StandbysDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#in(SOON_MS);
  }

  /** Calls each that was not called lately, one after another. Never rejects. */
  async exercise(): Promise<void> {
    const { targets, healths, clock } = this.#deps;
    for (const target of targets) if (clock.now() - healths.calledAt(target) >= EVERY_MS) await this.#call(target);
  }

  #in(ms: number): Cancel {
    return this.#deps.clock.after(ms, () => void this.exercise().then(() => this.#in(EVERY_MS)));
  }

  async #call(target: Target): Promise<void> {
    const { healths, log } = this.#deps;
    using call = healths.call(target);
    const end = await this.#answer(target);
    call.ended(end);
    const { provider, model } = target.provider;
    if (end.reason === 'failed')
      log.error('model.standby-failed', { provider, model, why: end.class, detail: end.detail });
    else log.info('model.standby-works', { provider, model });
  }

  async #answer({ model }: Target): Promise<ModelEnd> {
    const patience = new AbortController();
    const cancel = this.#deps.clock.after(PATIENCE_MS, () => patience.abort());
    try {
      for await (const event of model.stream(QUESTION, patience.signal))
        // Nobody stopped it: what was given up did not answer.
        if (event.type === 'end') return patience.signal.aborted ? STALLED : event.end;
      throw new Error('must: G1: a model stream ends with an end event');
    } finally {
      cancel();
    }
  }
}
