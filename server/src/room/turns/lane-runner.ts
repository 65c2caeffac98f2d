import { must } from '@parley/shared/assert';
import type { PromptForecast } from '@parley/shared/answers';
import type { Author } from '@parley/shared/entry';
import type { EntryId, TurnId, UserId } from '@parley/shared/ids';
import { can } from '@parley/shared/roles';
import { decide } from '../../core/arbiter/arbiter.ts';
import { bandOf, kindOf } from '../../core/budget/forecast.ts';
import {
  startedTurns,
  type Decision,
  type LaneEffect,
  type LaneEvent,
  type LaneState,
  type Ticket,
} from '../../core/arbiter/lane.ts';
import { nextResume, nextTicket, nextWake } from '../../core/arbiter/queue.ts';
import type { JournalRecord } from '../../core/records.ts';
import { standingOfAbsent } from '../../core/room-state.ts';
import type { Cancel } from '../../ports/system.ts';
import type { Prepared } from '../pipeline.ts';
import type { ShelfAccess } from '../shelf-access.ts';
import { Compactor, type CompactorDeps } from './compactor.ts';
import { modelFor, modelsFor, NO_MODEL, NOT_THAT_MODEL } from './model-for.ts';
import { Notices } from './notices.ts';
import { declared } from './offers.ts';
import { inputOf } from './step-account.ts';
import { TurnWorker, type TurnWorkerDeps } from './turn-worker.ts';
import { Warmer } from './warmer.ts';

export interface LaneRunnerDeps
  extends Omit<TurnWorkerDeps, 'access' | 'state' | 'apply' | 'post' | 'maySpeak'>, Pick<CompactorDeps, 'unfiltered'> {
  readonly shelves: ShelfAccess;
  /** Loads the lanes of people who may have to be told something of what happens here. */
  readonly prepare: (state: LaneState) => Promise<void> | null;
}

/**
 * Runs one lane: asks the arbiter what an event means, writes that down, and lets the worker do what it
 * asked for. It holds no rule of its own.
 */
export class LaneRunner {
  readonly #deps: LaneRunnerDeps;
  readonly #worker: TurnWorker;
  readonly #notices: Notices;
  readonly compactor: Compactor;
  readonly #warmer: Warmer;
  #wake: Cancel | null = null;
  /** What was on its way when the lane was left comes too late to change anything. */
  #left = false;

  constructor(deps: LaneRunnerDeps) {
    this.#deps = deps;
    this.#notices = new Notices(deps);
    this.compactor = new Compactor(deps);
    this.#warmer = new Warmer(deps);
    this.#worker = new TurnWorker({
      ...deps,
      access: deps.shelves.access,
      state: () => this.state,
      apply: (event, ...also) => this.apply(event, ...also),
      post: (task) => this.#post(task),
      maySpeak: (author) => this.#maySpeak(author),
    });
  }

  get state(): LaneState {
    const { chronicle, lane } = this.#deps;
    return must(chronicle.room.lanes.get(lane), 'a runner has an open lane').state;
  }

  /** Lets something happen to the lane, and starts the next turn when it became free (T4). */
  apply(event: LaneEvent, ...also: readonly JournalRecord[]): Decision {
    const decision = this.#decide(event, also);
    this.#startNext();
    if (event.type === 'submit') this.#showWaiting(event.turn);
    if (decision.kind === 'done') this.#keepShort(decision.records);
    this.#setAlarm();
    return decision;
  }

  /** G7: what a prompt would take, its first call alone, before anybody sends it. */
  forecast(author: Author, text: string): PromptForecast {
    const { budgets, chronicle, context, lane, ref, tokenizer, tools } = this.#deps;
    const tokens = tokenizer.count(text);
    const declarations = declared(tools.offers());
    const sent = context.measure(lane, { author, text, tokens }, tools.declaredTokens());
    const inputTokens = inputOf({ ...sent, tools: declarations });
    const { p50, p90 } = bandOf(chronicle.forecast(lane), kindOf(declarations.length, tokens));
    // Prompts are by people.
    const user = author.id as UserId;
    const payer = { room: ref.room, user, shared: lane === 'room' };
    const granted = chronicle.room.members.get(user)?.grants.budget ?? null;
    const left = budgets.leftOf({ tenant: ref.tenant, payer, granted });
    return { inputTokens, p50: inputTokens + p50, p90: inputTokens + p90, left };
  }

  /** C17: somebody reads along who was not there. */
  joined(): void {
    this.#warmer.joined();
  }

  /** C17: somebody began to type; a prefix that they may not use is nothing to them. */
  typed(user: UserId): void {
    if (!this.#left && this.state.kind === 'idle' && this.#maySpeak({ id: user })) this.#warmer.typed(user);
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
    for (const { author } of startedTurns(this.state)) {
      if (!this.#maySpeak(author)) this.#revoke(author, 'The right to ask here was gone when the server came back.');
    }
  }

  /** Ends what is under way without ending the turn: the journal holds it for whoever runs the room next. */
  abandon(): void {
    this.#left = true;
    this.#wake?.();
    this.#worker.abandon();
    this.compactor.abandon();
    this.#warmer.giveWay();
  }

  /** One that started at once was never in the queue for anybody: its document changes once for both. */
  #showWaiting(turn: TurnId): void {
    const { chronicle, lane } = this.#deps;
    if (this.state.tickets.some((ticket) => ticket.turn === turn)) chronicle.showQueue(lane);
  }

  /** C13: behind the turn that was answered, and behind the one that begins. */
  #keepShort(records: readonly JournalRecord[]): void {
    const { chronicle } = this.#deps;
    const ended = records.find((record) => record.type === 'turn.ended');
    const facts = ended && chronicle.ledger.ticket(ended.turn);
    if (facts !== undefined) this.compactor.consider(facts);
  }

  #decide(event: LaneEvent, also: readonly JournalRecord[] = []): Decision {
    const { chronicle, clock } = this.#deps;
    const before = this.state;
    const decision = decide(before, event, clock.now());
    if (decision.kind === 'refused') return decision;
    const { records, effects, state: after } = decision;
    const all = [...also, ...records, ...this.#notices.of(records, { before, after })];
    if (all.length > 0 || effects.length > 0)
      chronicle.write(all, ...effects.map((effect) => this.#performing(effect)));
    for (const record of records) this.#countEnd(record);
    return decision;
  }

  #performing(effect: LaneEffect): Prepared {
    return { prepare: () => this.#worker.prepare(effect), perform: () => this.#worker.perform(effect) };
  }

  #countEnd(record: JournalRecord): void {
    if (record.type !== 'turn.ended' && record.type !== 'ticket.ended') return;
    this.#deps.metrics.count('parley_turns_ended_total', 1, { outcome: record.outcome });
  }

  /** What may start a turn: in the mailbox, when it is known who may read what it could be sent (R3). */
  #post(task: () => void | Promise<void>): void {
    this.#deps.mailbox.post(() => {
      const ready = this.ready();
      return ready === null ? task() : ready.then(task);
    });
  }

  /** What has to be known and loaded before something happens here; null when all of it is. */
  ready(): Promise<void> | null {
    if (this.#left) return null;
    const { lane, shelves, prepare } = this.#deps;
    const waits = [shelves.confirmFor(lane), prepare(this.state)].filter((wait) => wait !== null);
    return waits.length === 0 ? null : Promise.all(waits).then(() => undefined);
  }

  #startNext(): void {
    this.#resumeParked();
    for (let ticket = this.#next(); ticket !== null; ticket = this.#next()) {
      if (!this.#maySpeak(ticket.author))
        this.#revoke(ticket.author, 'The right to ask here was gone when the turn came.');
      else if (this.#modelFor(ticket) === null) this.#revokeUnanswerable(ticket);
      else if (this.#begin(ticket).kind === 'refused') return;
    }
  }

  /** T22: what was decided meanwhile goes on before anything begins; the worker reads its rights again before each step. */
  #resumeParked(): void {
    for (let next = nextResume(this.state); next !== null; next = nextResume(this.state)) {
      const { turn } = next;
      if (!this.#maySpeak(turn.author))
        this.#revoke(turn.author, 'The right to ask here was gone when the turn went on.');
      else if (this.#decide({ type: 'resume', turn: turn.turn }).kind === 'refused') return;
    }
  }

  #next(): Ticket | null {
    return nextTicket(this.state, this.#deps.clock.now());
  }

  /** T35: rights at submit are a ceiling; rights at start decide. */
  #maySpeak({ id }: Pick<Author, 'id'>): boolean {
    const { room } = this.#deps.chronicle;
    const standing = standingOfAbsent(room, id as UserId);
    return can(standing, this.#deps.lane === 'room' ? 'prompt.room' : 'prompt.private', room.policy.levels);
  }

  #modelFor(ticket: Ticket): string | null {
    const { chronicle, model } = this.#deps;
    return modelFor(chronicle, model, ticket);
  }

  /** G5: whoever may use no model loses all that waits; a choice that is not open any more loses that prompt alone. */
  #revokeUnanswerable({ author, turn }: Ticket): void {
    const { chronicle, model } = this.#deps;
    // Prompts are by people.
    const user = author.id as UserId;
    if (modelsFor(chronicle.room, model, user).length === 0) this.#revoke(author, NO_MODEL);
    else this.#decide({ type: 'revoke', user, turn, by: 'system', reason: NOT_THAT_MODEL });
  }

  #revoke(author: Author, reason: string): void {
    this.#decide({ type: 'revoke', user: author.id as UserId, by: 'system', reason });
  }

  #begin(ticket: Ticket): Decision {
    const { chronicle, context, ids, lane, model, tools } = this.#deps;
    this.#warmer.giveWay();
    const name = this.#modelFor(ticket) ?? model.name;
    const declaredTokens = tools.declaredTokens();
    const measured = context.manifest(lane, ticket, declaredTokens);
    const swapped = this.compactor.swap(measured.load);
    const { context: manifest, sources } = swapped ? context.manifest(lane, ticket, declaredTokens) : measured;
    return this.#decide({
      type: 'begin',
      turn: ticket.turn,
      promptEntry: ids.next('e') as EntryId,
      context: manifest,
      ...sources,
      model: name,
      limits: chronicle.room.policy.limits,
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
