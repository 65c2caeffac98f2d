import type { Author } from '@parley/shared/entry';
import type { TurnId, UserId } from '@parley/shared/ids';
import type { Scope } from '../../core/budget/scopes.ts';
import {
  startedTurns,
  type LaneEffect,
  type LaneEvent,
  type LaneState,
  type RunningTurn,
} from '../../core/arbiter/lane.ts';
import { answerText, openCall } from '../../core/arbiter/turn-work.ts';
import type { ModelEnd } from '../../ports/model.ts';
import type { Ids } from '../../ports/system.ts';
import type { Access } from '../access.ts';
import { pieceMs } from '../documents/gather-time.ts';
import type { Mailbox } from '../mailbox.ts';
import { endOf, reportOf, spentEnd } from './model-ending.ts';
import { modelFor, NO_MODEL } from './model-for.ts';
import { openModelStep, type ModelStep, type ModelStepDeps } from './model-step.ts';
import { ShownAnswer } from './shown-answer.ts';
import type { Settled } from './step-account.ts';
import { TurnCall, type Again } from './turn-call.ts';

export interface TurnWorkerDeps extends ModelStepDeps {
  readonly access: Access;
  readonly mailbox: Mailbox;
  readonly ids: Ids;
  readonly state: () => LaneState;
  /** Runs what may make the lane free or start a turn: in the mailbox, once who may read what is known. */
  readonly post: (task: () => void | Promise<void>) => void;
  /** `also` is written with what it leads to, whatever that is. */
  readonly apply: (event: LaneEvent, ...also: readonly Settled[]) => void;
  /** T35: whether somebody may still ask in this lane. */
  readonly maySpeak: (author: Author) => boolean;
}

/** T35: why a turn ended. */
export const UNREADABLE = 'What it was built on may not be read by its author any more.';

/** What is under way for a turn; there is one thing at a time. */
interface Current {
  readonly turn: TurnId;
  /** Ends it; whatever it would still say belongs to nobody. */
  readonly abort: () => void;
}

/** A call of the model, all but the asking; one of the two follows. */
interface ReadyCall {
  readonly make: () => void;
  readonly drop: () => void;
}

/** Does what the arbiter asked for: calls the model, has calls judged and makes them, and ends what is told to end. */
export class TurnWorker {
  readonly #deps: TurnWorkerDeps;
  #current: Current | null = null;
  #ready: ReadyCall | null = null;
  /** D5: a call that the journal says was started and that nobody here is making. */
  #again: string | null = null;
  #left = false;

  constructor(deps: TurnWorkerDeps) {
    this.#deps = deps;
  }

  /**
   * While the facts that ask for it are on their way to the disk: a call of the model is made ready, all but the asking.
   * What stands in its way is for {@link perform} to say.
   */
  prepare(effect: LaneEffect): void {
    if (effect.type !== 'call' || this.#left || this.#deps.model.saysReady !== true) return;
    const turn = this.#running(effect.turn);
    // Who depends on somebody outside is asked about first.
    if (turn === null || turn.resources.length > 0) return;
    const step = openModelStep(this.#deps, turn);
    if ('spent' in step) return;
    const { promise: may, resolve: make } = Promise.withResolvers<void>();
    const { abort } = this.#call(step, may);
    const drop = (): void => {
      this.#current = null;
      abort();
    };
    this.#ready = { make, drop };
  }

  /** Once the facts that asked for it are on disk. */
  perform(effect: LaneEffect): void {
    if (this.#left) return;
    if (effect.type === 'abort') return this.#abort(effect.turn);
    // What was made ready is for the next call alone.
    const ready = this.#ready;
    this.#ready = null;
    const turn = this.#running(effect.turn);
    // A stop came in between: it has its own effect.
    if (turn === null) return;
    switch (effect.type) {
      case 'call':
        if (ready !== null) return this.#whileAllowed(turn, ready.make, ready.drop);
        return this.#confirm(turn, () => this.#callModel(turn));
      case 'act':
        return this.#act(turn);
      case 'run':
        return this.#run(turn);
    }
  }

  /** Ends what is under way without a word: the journal holds the turn for whoever runs the room next. */
  abandon(): void {
    this.#left = true;
    const current = this.#current;
    this.#current = null;
    current?.abort();
  }

  #running(turn: TurnId): RunningTurn | null {
    const state = this.#deps.state();
    return state.kind === 'running' && state.running.turn === turn ? state.running : null;
  }

  /**
   * T35: before each step its speaker's rights are read again, also those over what the turn was built on; where
   * nothing depends on anybody outside, at once.
   */
  #confirm(turn: RunningTurn, then: () => void): void {
    if (turn.resources.length === 0) return this.#whileAllowed(turn, then);
    const current = this.#begin(turn.turn);
    this.#later(current, this.#deps.access.confirm(turn.resources), () => this.#whileAllowed(turn, then));
  }

  #whileAllowed(turn: RunningTurn, then: () => void, otherwise?: () => void): void {
    const reason = this.#obstacle(turn);
    if (reason === null) return then();
    otherwise?.();
    this.#deps.apply({ type: 'lapse', turn: turn.turn, reason });
  }

  /** Why its speaker may not have it go on; null: they may. */
  #obstacle(turn: RunningTurn): string | null {
    const { access, maySpeak } = this.#deps;
    if (!maySpeak(turn.author)) return 'The right to ask here is gone.';
    if (!access.mayRead(turn.author.id as UserId, turn.resources)) return UNREADABLE;
    return this.#modelFor(turn) === null ? NO_MODEL : null;
  }

  #modelFor(turn: RunningTurn): string | null {
    const { chronicle, model } = this.#deps;
    return modelFor(chronicle, model, turn);
  }

  /** Where what it may use is not there, the turn ends with what it has. */
  #callModel(turn: RunningTurn): void {
    const step = openModelStep(this.#deps, turn);
    if ('spent' in step) this.#overspent(turn, step.spent);
    else this.#call(step);
  }

  #call(step: ModelStep, may?: Promise<void>): Current {
    const { chronicle, lane, mailbox, post, model, clock, metrics } = this.#deps;
    const { account } = step;
    const ifCurrent = (task: () => void) => () => {
      if (this.#is(current)) task();
    };
    const call = new TurnCall({
      model,
      clock,
      pieceMs: () => pieceMs(chronicle.readersOf(lane, step.turn.turn)),
      onText: (piece) => mailbox.post(ifCurrent(() => this.#show(step, piece))),
      onAgain: (again, text) => {
        const settled = account.failed(again.failed, again.from, text);
        mailbox.post(ifCurrent(() => this.#askAgain(step, again, settled)));
      },
      onEnd: (text, end, from) => {
        const settled = account.ended(end, from, text);
        post(ifCurrent(() => this.#modelEnded(step, text, end, settled)));
      },
    });
    const current = this.#begin(step.turn.turn, () => call.abort());
    metrics.count('parley_model_attempts_total');
    void call.run(step.request, may);
    return current;
  }

  #overspent(turn: RunningTurn, spent: Scope): void {
    const text = answerText(turn);
    this.#deps.apply({ type: 'finished', ...reportOf(this.#deps, turn, text), end: spentEnd(text, spent) });
  }

  /** G2: what was shown of this step gives way, on every reader's screen, before anything of the next attempt. */
  #askAgain(step: ModelStep, { failed }: Again, settled: Settled): void {
    const { apply, metrics, model: menu } = this.#deps;
    const model = this.#modelFor(step.turn) ?? menu.name;
    const { turn: id, step: number, attempt } = step.turn;
    apply({ type: 'retried', turn: id, step: number, attempt, model, failed }, settled);
    const turn = this.#running(id);
    if (turn === null) return;
    metrics.count('parley_model_attempts_total');
    step.turn = turn;
    step.shown = new ShownAnswer(this.#deps, turn);
  }

  #show({ turn, shown }: ModelStep, piece: string): void {
    if (!this.#left && this.#running(turn.turn) !== null) shown.show(piece);
  }

  #modelEnded({ turn, shown, offers }: ModelStep, said: string, end: ModelEnd, settled: Settled): void {
    if (this.#left) return;
    this.#current = null;
    const text = answerText(turn, said);
    if (this.#running(turn.turn) !== null) shown.rest(text, end);
    const calls = end.reason === 'tool' ? this.#deps.tools.propose(turn.step, end.calls, offers) : null;
    if (end.reason !== 'tool' || calls === null) return this.#finish(turn, text, end, settled);
    const { chronicle, apply } = this.#deps;
    const { turnSteps: maxSteps } = chronicle.room.policy.limits;
    apply({ type: 'stepped', ...reportOf(this.#deps, turn, text), said, calls, usage: end.usage, maxSteps }, settled);
  }

  #finish(turn: RunningTurn, text: string, end: ModelEnd, ...also: readonly Settled[]): void {
    const { apply, clock, metrics } = this.#deps;
    metrics.observe('parley_turn_seconds', (clock.now() - turn.startedAt) / 1000);
    const usage = end.reason === 'failed' ? {} : { usage: end.usage };
    apply({ type: 'finished', ...reportOf(this.#deps, turn, text), end: endOf(end), ...usage }, ...also);
  }

  /** Has the call whose turn it is judged, by what holds now. */
  #act(turn: RunningTurn): void {
    const open = openCall(turn);
    if (open === null) return;
    this.#confirm(turn, () => {
      const { lane, tools } = this.#deps;
      if (open.state === 'started') this.#again = open.proposed.id;
      const current = this.#begin(turn.turn);
      this.#later(current, tools.judge(lane, turn, open), (event) => this.#deps.apply(event));
    });
  }

  #run(turn: RunningTurn): void {
    const open = openCall(turn);
    if (open?.state !== 'started') return;
    const { lane, tools } = this.#deps;
    const abort = new AbortController();
    const current = this.#begin(turn.turn, () => abort.abort());
    const again = this.#again === open.proposed.id;
    this.#again = null;
    this.#later(current, tools.run(lane, turn, { call: open, again }, abort.signal), (event) =>
      this.#deps.apply(event),
    );
  }

  /** T33: what is under way ends; where nothing is, the turn is over. */
  #abort(turn: TurnId): void {
    if (this.#current?.turn === turn) this.#current.abort();
    else this.#settle(turn);
  }

  /** Ends a turn of which nothing is under way any more. */
  #settle(id: TurnId): void {
    this.#deps.post(() => {
      const turn = startedTurns(this.#deps.state()).find((each) => each.turn === id);
      if (turn === undefined || this.#left) return;
      const { chronicle, lane } = this.#deps;
      this.#finish(turn, chronicle.shownText(lane, id), { reason: 'failed', class: 'aborted', detail: '' });
    });
  }

  #is(current: Current): boolean {
    return !this.#left && this.#current === current;
  }

  #begin(turn: TurnId, abort?: () => void): Current {
    const current: Current = { turn, abort: abort ?? (() => this.#give(current)) };
    this.#current = current;
    return current;
  }

  /** Nobody waits for it any more, and nothing else of the turn runs. */
  #give(current: Current): void {
    this.#current = null;
    this.#settle(current.turn);
  }

  /** Goes on in the mailbox, unless something else has begun by then. */
  #later<T>(current: Current, outcome: Promise<T>, then: (value: T) => void): void {
    const { post } = this.#deps;
    const go = (value: T): void =>
      post(() => {
        if (!this.#is(current)) return undefined;
        this.#current = null;
        return then(value);
      });
    // None of them rejects; one that does is a bug of ours, and stops the room as such.
    outcome.then(go, (error: unknown) => post(() => Promise.reject(error)));
  }
}
