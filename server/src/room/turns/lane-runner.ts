import type { Author } from '@parley/shared/entry';
import type { EntryId, LaneKey, TurnId, UserId } from '@parley/shared/ids';
import { can } from '@parley/shared/roles';
import { decide } from '../../core/arbiter.ts';
import type { Decision, LaneEffect, LaneEvent, LaneState, RunningTurn, Ticket } from '../../core/lane.ts';
import { nextTicket, nextWake } from '../../core/queue.ts';
import type { JournalRecord } from '../../core/records.ts';
import { standingOfAbsent } from '../../core/room-state.ts';
import { must } from '@parley/shared/assert';
import type { Model, ModelEnd, Tokenizer } from '../../ports/model.ts';
import type { Cancel, Clock, Ids, Metrics } from '../../ports/system.ts';
import type { Chronicle } from '../chronicle.ts';
import type { ContextSource } from './context-source.ts';
import type { Mailbox } from '../mailbox.ts';
import type { ShelfAccess } from '../shelf-access.ts';
import { TurnCall } from './turn-call.ts';

export interface LaneRunnerDeps {
  readonly lane: LaneKey;
  readonly chronicle: Chronicle;
  readonly context: ContextSource;
  readonly shelves: ShelfAccess;
  readonly mailbox: Mailbox;
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly metrics: Metrics;
}

interface CurrentCall {
  readonly turn: TurnId;
  readonly attempt: number;
  readonly call: TurnCall;
  /** Characters shown so far. */
  shown: number;
}

/**
 * Runs one lane: asks the arbiter what an event means, writes that down, and then does what it asked
 * for. It holds no rule of its own.
 */
export class LaneRunner {
  readonly #deps: LaneRunnerDeps;
  #call: CurrentCall | null = null;
  #wake: Cancel | null = null;
  /** What was on its way when the lane was left comes too late to change anything. */
  #left = false;

  constructor(deps: LaneRunnerDeps) {
    this.#deps = deps;
  }

  get state(): LaneState {
    const { chronicle, lane } = this.#deps;
    return must(chronicle.room.lanes.get(lane), 'a runner has an open lane').state;
  }

  /** Lets something happen to the lane, and starts the next turn when it became free (T4). */
  apply(event: LaneEvent): Decision {
    const decision = this.#decide(event);
    this.#startNext();
    this.#setAlarm();
    return decision;
  }

  /** Takes up what a crash left (T44). */
  recover(): void {
    const { chronicle, ids, lane, model, tokenizer } = this.#deps;
    this.#recheckRights();
    const { state } = this;
    const text = state.kind === 'idle' ? '' : chronicle.shownText(lane, state.running.turn);
    const answerEntry = ids.next('e') as EntryId;
    this.apply({ type: 'recover', model: model.name, answerEntry, text, tokens: tokenizer.count(text) });
  }

  /** T35: a crash may have come between the loss of a right and the end of the work that used it. */
  #recheckRights(): void {
    const { state } = this;
    if (state.kind !== 'running' || this.#maySpeak(state.running.author)) return;
    const user = state.running.author.id as UserId;
    this.#decide({
      type: 'revoke',
      user,
      by: 'system',
      reason: 'The right to ask here was gone when the server came back.',
    });
  }

  /** Ends the model call without ending the turn: the journal holds it for whoever runs the room next. */
  abandon(): void {
    this.#left = true;
    this.#wake?.();
    const current = this.#call;
    this.#call = null;
    current?.call.abort();
  }

  #decide(event: LaneEvent): Decision {
    const { chronicle, clock } = this.#deps;
    const decision = decide(this.state, event, clock.now());
    if (decision.kind === 'done' && decision.records.length > 0) {
      chronicle.write(decision.records, ...decision.effects.map((effect) => () => this.#perform(effect)));
      for (const record of decision.records) this.#countEnd(record);
    }
    return decision;
  }

  #countEnd(record: JournalRecord): void {
    if (record.type !== 'turn.ended' && record.type !== 'ticket.ended') return;
    this.#deps.metrics.count('parley_turns_ended_total', 1, { outcome: record.outcome });
  }

  /** What may start a turn: in the mailbox, when it is known who may read what it could be sent (R3). */
  #post(task: () => void): void {
    const { lane, mailbox, shelves } = this.#deps;
    mailbox.post(() => {
      const asked = shelves.confirmFor(lane);
      return asked === null ? task() : asked.then(task);
    });
  }

  #startNext(): void {
    for (let ticket = this.#next(); ticket !== null; ticket = this.#next()) {
      if (!this.#maySpeak(ticket.author)) this.#refuseStart(ticket);
      else if (this.#begin(ticket).kind === 'refused') return;
    }
  }

  #next(): Ticket | null {
    return nextTicket(this.state, this.#deps.clock.now());
  }

  /** T35: rights at submit are a ceiling; rights at start decide. */
  #maySpeak(author: Author): boolean {
    const { room } = this.#deps.chronicle;
    const standing = standingOfAbsent(room, author.id as UserId);
    return can(standing, this.#deps.lane === 'room' ? 'prompt.room' : 'prompt.private', room.policy.levels);
  }

  #refuseStart(ticket: Ticket): void {
    const user = ticket.author.id as UserId;
    this.#decide({ type: 'revoke', user, by: 'system', reason: 'The right to ask here was gone when the turn came.' });
  }

  #begin(ticket: Ticket): Decision {
    const { chronicle, context, ids, lane, model } = this.#deps;
    const { context: manifest, sources } = context.manifest(lane, ticket);
    return this.#decide({
      type: 'begin',
      turn: ticket.turn,
      promptEntry: ids.next('e') as EntryId,
      context: manifest,
      ...sources,
      model: model.name,
      limits: chronicle.room.policy.limits,
    });
  }

  #perform(effect: LaneEffect): void {
    if (this.#left) return;
    if (effect.type === 'abort') return this.#abort(effect.turn);
    if (effect.type !== 'call') return;
    const { state } = this;
    if (state.kind === 'idle' || state.running.turn !== effect.turn || state.running.attempt !== effect.attempt) return;
    if (state.kind === 'stopping')
      return this.#finish(state.running, '', { reason: 'failed', class: 'aborted', detail: '' });
    this.#startCall(state.running);
  }

  #abort(turn: TurnId): void {
    if (this.#call?.turn === turn) this.#call.call.abort();
  }

  #startCall(running: RunningTurn): void {
    const { mailbox, model, clock, lane, context, metrics } = this.#deps;
    const { turn, attempt } = running;
    const startedAt = clock.now();
    const call = new TurnCall({
      model,
      clock,
      onText: (piece) => mailbox.post(() => this.#show(turn, attempt, piece, startedAt)),
      onEnd: (text, end) => this.#post(() => this.#finish(running, text, end)),
    });
    this.#call = { turn, attempt, call, shown: 0 };
    metrics.count('parley_model_attempts_total');
    void call.run(context.request(lane, running));
  }

  #show(turn: TurnId, attempt: number, piece: string, startedAt: number): void {
    const current = this.#call;
    if (this.#left || current?.turn !== turn || current.attempt !== attempt || this.state.kind !== 'running') return;
    const { chronicle, clock, lane, metrics } = this.#deps;
    if (current.shown === 0) metrics.observe('parley_first_token_seconds', (clock.now() - startedAt) / 1000);
    current.shown += piece.length;
    chronicle.showText(lane, turn, piece, current.shown);
  }

  #finish(running: RunningTurn, text: string, end: ModelEnd): void {
    const current = this.#call;
    if (this.#left) return;
    if (current && (current.turn !== running.turn || current.attempt !== running.attempt)) return;
    const { chronicle, tokenizer, ids, metrics, clock } = this.#deps;
    const tail = current ? text.slice(current.shown) : '';
    // The document gets the whole entry; those who follow pieces get the last one first.
    if (tail !== '' && this.state.kind === 'running') chronicle.tellText(running.turn, tail, text.length);
    this.#call = null;
    metrics.observe('parley_turn_seconds', (clock.now() - running.startedAt) / 1000);
    this.apply({
      type: 'finished',
      turn: running.turn,
      step: running.step,
      attempt: running.attempt,
      answerEntry: ids.next('e') as EntryId,
      text,
      tokens: tokenizer.count(text),
      end: endOf(end),
      ...(end.reason === 'failed' ? {} : { usage: end.usage }),
    });
  }

  #tick(): void {
    if (!this.#left) this.apply({ type: 'tick' });
  }

  #setAlarm(): void {
    this.#wake?.();
    this.#wake = null;
    const at = nextWake(this.state);
    if (at === null) return;
    const { clock } = this.#deps;
    this.#wake = clock.after(Math.max(0, at - clock.now()), () => this.#post(() => this.#tick()));
  }
}

/** What people are told of how a call ended. */
function endOf(end: ModelEnd): Extract<LaneEvent, { type: 'finished' }>['end'] {
  switch (end.reason) {
    case 'stop':
      return { kind: 'complete' };
    case 'length':
      return { kind: 'cut', reason: 'The answer reached the longest length allowed.' };
    case 'tool':
      return { kind: 'failed', reason: FAILURES.server };
    case 'refused':
      return { kind: 'cut', reason: 'The model declined to go on.' };
    case 'failed':
      return { kind: 'failed', reason: FAILURES[end.class] };
  }
}

const FAILURES: Record<Extract<ModelEnd, { reason: 'failed' }>['class'], string> = {
  aborted: 'The answer was interrupted.',
  auth: 'The model server did not accept our key.',
  rate: 'The model server is too busy right now.',
  request: 'The model server did not accept the request.',
  server: 'The model server failed.',
  network: 'The model server could not be reached.',
  stall: 'The model server stopped answering.',
  runaway: 'The answer grew too long and was cut.',
};
