import { MAX_ATTEMPTS, type Decision, type LaneEvent, type LaneState } from '@parley/server/core/lane';
import type { JournalRecord, RecordOf } from '@parley/server/core/records';
import { unreachable } from '@parley/shared/assert';
import type { Outcome } from '@parley/shared/entry';
import type { TurnId } from '@parley/shared/ids';

/** A rule that did not hold; `rule` is a property (P1…) or a rule (T1…). */
export class Violation extends Error {
  readonly rule: string;
  constructor(rule: string, what: string) {
    super(`${rule}: ${what}`);
    this.name = 'Violation';
    this.rule = rule;
  }
}

export function claim(holds: boolean, rule: string, what: string): asserts holds {
  if (!holds) throw new Violation(rule, what);
}

interface Waiting {
  readonly turn: TurnId;
  readonly author: string;
  readonly seq: number;
  readonly text: string;
  readonly revision: number;
  /** When its hold runs out; null when it is not held. */
  readonly until: number | null;
}
interface Running {
  readonly turn: TurnId;
  readonly author: string;
  readonly attempt: number;
  readonly endsBy: number;
  readonly seconds: number;
  readonly stop: { readonly outcome: Outcome; readonly reason: string; readonly by: string } | null;
}
type Expectation = 'refuse' | 'nothing' | 'change';

/**
 * Watches a lane from outside. It keeps its own small account of who waits, runs and ended, made from
 * nothing but events and records, and holds everything that happens against the rules.
 */
export class LaneWitness {
  readonly accepted: TurnId[] = [];
  readonly ended = new Map<TurnId, Outcome>();
  readonly #waiting = new Map<TurnId, Waiting>();
  /** Everybody served, the latest last. */
  readonly #served: string[] = [];
  /** For each person, who has been able to start ever since that person's last turn (P6). */
  readonly #passed = new Map<string, Set<string>>();
  #running: Running | null = null;
  #entrySeq = 0;

  get running(): Running | null {
    return this.#running;
  }

  authorOf(turn: TurnId): string | undefined {
    return this.#waiting.get(turn)?.author ?? (this.#running?.turn === turn ? this.#running.author : undefined);
  }

  revisionOf(turn: TurnId): number {
    return this.#waiting.get(turn)?.revision ?? 1;
  }

  get entrySeq(): number {
    return this.#entrySeq;
  }

  /** Who should start: found anew from the rule's words, by looking at everybody. */
  next(now: number): TurnId | null {
    const ready = this.#ready(now);
    const lastTurn = (ticket: Waiting) => this.#served.lastIndexOf(ticket.author);
    const [first] = ready.toSorted((a, b) => lastTurn(a) - lastTurn(b) || a.seq - b.seq);
    return this.#running === null && first !== undefined ? first.turn : null;
  }

  /** Looks at an event and what it led to; throws a Violation. */
  observe(event: LaneEvent, now: number, decision: Decision): void {
    const expected = this.#expect(event, now);
    claim(verdictOf(decision) === expected, ruleOf(event), `${event.type} led to ${verdictOf(decision)}, not ${expected}`);
    if (decision.kind === 'refused') return;
    for (const record of decision.records) this.saw(record, event, now);
    this.#checkEffects(decision);
    this.#checkAftermath(event, now);
    for (const passed of this.#passed.values()) this.#keepReady(passed);
  }

  /** One fact, and the event that led to it; null for facts that the arbiter does not make. */
  saw(record: JournalRecord, event: LaneEvent | null, now: number): void {
    switch (record.type) {
      case 'entry.added':
        this.#nextEntry(record.entry.seq);
        return;
      case 'ticket.accepted':
        this.#sawAccepted(record, event);
        return;
      case 'ticket.held':
        claim(isOwn(event, 'hold', record.turn, this.#ticket(record.turn)), 'T26', 'only its author holds a ticket');
        this.#change(record.turn, { until: record.until });
        return;
      case 'ticket.unheld':
        this.#sawUnheld(record, event, now);
        return;
      case 'ticket.edited':
        this.#sawEdited(record, event);
        return;
      case 'ticket.ended':
        this.#sawTicketEnd(record, event);
        return;
      case 'turn.started':
        this.#sawStart(record, event, now);
        return;
      case 'turn.attempted':
        this.#sawAttempt(record, event);
        return;
      case 'turn.stopping':
        this.#sawStopping(record, event, now);
        return;
      case 'turn.ended':
        this.#sawEnd(record, event);
        return;
      default:
        throw new Violation('T12', `${record.type} is not the arbiter's to record`);
    }
  }

  /** The state tells the same story as the account kept here. */
  matches(state: LaneState): void {
    const tickets = state.tickets.map((ticket) =>
      [ticket.turn, ticket.author.id, ticket.ticketSeq, ticket.text, ticket.revision, ticket.state === 'held' ? ticket.until : null].join(),
    );
    const own = [...this.#waiting.values()].map((t) => [t.turn, t.author, t.seq, t.text, t.revision, t.until].join());
    claim(tickets.join('; ') === own.join('; '), 'T7', `waiting: ${tickets.join('; ')}, should be ${own.join('; ')}`);
    claim(kindOf(this.#running) === state.kind, 'P2', `${state.kind}, should be ${kindOf(this.#running)}`);
    const running = state.kind === 'idle' ? null : state.running;
    claim(running?.turn === this.#running?.turn && running?.attempt === this.#running?.attempt, 'P2', 'another turn runs');
    claim(running?.endsBy === this.#running?.endsBy, 'T23', 'the turn has another deadline');
    claim(state.lastTicketSeq === this.accepted.length && state.lastEntrySeq === this.#entrySeq, 'T5', 'sequences moved');
  }

  #expect(event: LaneEvent, now: number): Expectation {
    const running = this.#running;
    switch (event.type) {
      case 'submit':
        return this.#mayEnter(event, now) ? 'change' : 'refuse';
      case 'hold':
      case 'withdraw':
        return this.#isOwnTicket(event) ? 'change' : 'refuse';
      case 'unhold':
        if (!this.#isOwnTicket(event)) return 'refuse';
        return this.#ticket(event.turn).until === null ? 'nothing' : 'change';
      case 'edit':
        return this.#isOwnTicket(event) && this.#ticket(event.turn).revision === event.revision ? 'change' : 'refuse';
      case 'stop':
        if (running?.turn !== event.turn || !(event.by === running.author || event.mayStopAny)) return 'refuse';
        return running.stop === null ? 'change' : 'nothing';
      case 'begin':
        return this.next(now) === event.turn ? 'change' : 'refuse';
      case 'finished':
        return running?.turn === event.turn && running.attempt === event.attempt ? 'change' : 'nothing';
      case 'revoke':
        return this.#ticketsOf(event.user).length > 0 || (running?.author === event.user && running.stop === null) ? 'change' : 'nothing';
      case 'tick':
        return this.#overdue(now) ? 'change' : 'nothing';
      case 'recover':
        return running === null ? 'nothing' : 'change';
      default:
        return unreachable(event);
    }
  }

  #mayEnter(event: Extract<LaneEvent, { type: 'submit' }>, now: number): boolean {
    const idle = this.#running === null && this.#ready(now).length === 0;
    const { onlyIf, limits, author } = event;
    if (onlyIf === 'idle' && !idle) return false;
    if (typeof onlyIf === 'object' && onlyIf.seq !== this.accepted.length) return false;
    return this.#ticketsOf(author.id).length < limits.queuePerPerson && this.#waiting.size < limits.queuePerLane;
  }

  #sawAccepted(record: RecordOf<'ticket.accepted'>, event: LaneEvent | null): void {
    claim(event?.type === 'submit' && event.turn === record.turn, 'T6', 'only a submitted prompt makes a ticket');
    claim(!this.accepted.includes(record.turn), 'T2', `${record.turn} was accepted before`);
    claim(record.ticketSeq === this.accepted.length + 1, 'T5', `ticket ${record.ticketSeq} after ${this.accepted.length}`);
    claim(record.author.id === event.author.id && record.text === event.text, 'T1', 'accepted is what was sent');
    const { turn, author, ticketSeq: seq, text } = record;
    this.accepted.push(turn);
    this.#waiting.set(turn, { turn, author: author.id, seq, text, revision: 1, until: null });
  }

  #sawUnheld(record: RecordOf<'ticket.unheld'>, event: LaneEvent | null, now: number): void {
    const ticket = this.#ticket(record.turn);
    const byAuthor = isOwn(event, 'unhold', record.turn, ticket) || isOwn(event, 'edit', record.turn, ticket);
    claim(ticket.until !== null && (byAuthor || ticket.until <= now), 'P5', `${record.turn} lost its hold`);
    this.#change(record.turn, { until: null });
  }

  #sawEdited(record: RecordOf<'ticket.edited'>, event: LaneEvent | null): void {
    const ticket = this.#ticket(record.turn);
    claim(event?.type === 'edit' && isOwn(event, 'edit', record.turn, ticket), 'T26', 'only its author edits a prompt');
    claim(record.revision === ticket.revision + 1 && record.text === event.text, 'T26', 'an edit is the next revision');
    this.#change(record.turn, { text: record.text, revision: record.revision });
  }

  #sawTicketEnd(record: RecordOf<'ticket.ended'>, event: LaneEvent | null): void {
    const ticket = this.#ticket(record.turn);
    if (event?.type === 'revoke') {
      claim(event.user === ticket.author && record.outcome === 'revoked', 'T36', `${record.turn} is somebody else's`);
    } else {
      const withdrawn = isOwn(event, 'withdraw', record.turn, ticket) && record.outcome === 'cancelled';
      claim(withdrawn, 'T31', `${record.turn} was dropped by ${event?.type}`);
    }
    this.#waiting.delete(record.turn);
    this.#end(record.turn, record.outcome);
  }

  #sawStart(record: RecordOf<'turn.started'>, event: LaneEvent | null, now: number): void {
    claim(event?.type === 'begin' && event.turn === record.turn, 'T13', 'another prompt was started than was named');
    claim(this.#running === null, 'P2', `${record.turn} started while ${this.#running?.turn} ran`);
    const ticket = this.#waiting.get(record.turn);
    claim(ticket !== undefined && ticket.until === null, 'P5', `${record.turn} started and was not free to`);
    this.#serve(ticket);
    const { entry } = record;
    const named = entry.kind === 'prompt' && entry.author.id === ticket.author && record.payer === ticket.author;
    claim(named && entry.turn === ticket.turn && entry.text === ticket.text, 'T13', 'the start names its prompt');
    this.#nextEntry(entry.seq);
    this.#waiting.delete(record.turn);
    const { turn, author } = ticket;
    const seconds = record.turnSeconds;
    this.#running = { turn, author, attempt: 0, seconds, endsBy: now + seconds * 1000, stop: null };
  }

  #serve(ticket: Waiting): void {
    const waits = this.#ticketsOf(ticket.author).filter((other) => other.until === null && other.seq < ticket.seq);
    claim(waits.length === 0, 'T19', `${ticket.turn} passed ${waits[0]?.turn} of the same person`);
    const passed = this.#passed.get(ticket.author) ?? new Set();
    claim(passed.size === 0, 'P6', `${ticket.author} had two turns while ${[...passed].join()} waited`);
    for (const others of this.#passed.values()) others.delete(ticket.author);
    const waiting = [...this.#waiting.values()].filter((other) => other.until === null && other.author !== ticket.author);
    this.#passed.set(ticket.author, new Set(waiting.map((other) => other.author)));
    this.#served.push(ticket.author);
  }

  #sawAttempt(record: RecordOf<'turn.attempted'>, event: LaneEvent | null): void {
    const running = this.#runningTurn(record.turn);
    claim(event?.type === 'begin' || event?.type === 'recover', 'T44', `an attempt because of ${event?.type}`);
    claim(running.stop === null, 'T30', 'a stopping turn calls the model again');
    claim(record.attempt === running.attempt + 1 && record.attempt <= MAX_ATTEMPTS, 'T44', `attempt ${record.attempt}`);
    this.#running = { ...running, attempt: record.attempt, endsBy: record.at + running.seconds * 1000 };
  }

  #sawStopping(record: RecordOf<'turn.stopping'>, event: LaneEvent | null, now: number): void {
    const running = this.#running;
    claim(running?.turn === record.turn && running.stop === null, 'P5', `${record.turn} is stopped and does not run`);
    const { outcome, reason, by } = record;
    const mayStop = event?.type === 'stop' && (event.by === running.author || event.mayStopAny);
    const asked =
      (event?.type === 'stop' && mayStop && event.turn === record.turn && outcome === 'cancelled' && by === event.by) ||
      (event?.type === 'revoke' && event.user === running.author && outcome === 'revoked') ||
      (event?.type === 'tick' && running.endsBy <= now && outcome === 'failed');
    claim(asked, 'P5', `${event?.type} stopped ${record.turn} as ${outcome}`);
    this.#running = { ...running, stop: { outcome, reason, by } };
  }

  #sawEnd(record: RecordOf<'turn.ended'>, event: LaneEvent | null): void {
    claim(!this.ended.has(record.turn), 'P1', `${record.turn} ended twice`);
    const running = this.#runningTurn(record.turn);
    const answer = record.answer;
    claim(event?.type === 'finished' || event?.type === 'recover', 'P1', `${event?.type} ended ${record.turn}`);
    const { outcome, reason, by } = running.stop ?? naturalEnd(event, running);
    claim(record.outcome === outcome && record.reason === reason && record.by === by, 'T3', `${record.outcome}, should be ${outcome}`);
    claim(answer?.answers?.join() === record.turn && answer.for === running.author, 'T14', 'the answer lists its prompt');
    claim(answer.text === (event.type === 'finished' ? event.text : ''), 'T34', 'the answer is kept as far as it came');
    claim(answer.outcome === outcome, 'T34', 'the answer is marked with the outcome');
    this.#nextEntry(answer.seq);
    this.#running = null;
    this.#end(record.turn, record.outcome);
  }

  #checkEffects(decision: Extract<Decision, { kind: 'done' }>): void {
    const due = decision.records.flatMap((record) => {
      if (record.type === 'turn.attempted') return [`call ${record.turn} ${record.attempt}`];
      return record.type === 'turn.stopping' ? [`abort ${record.turn}`] : [];
    });
    const effects = decision.effects.map((e) => (e.type === 'call' ? `call ${e.turn} ${e.attempt}` : `abort ${e.turn}`));
    claim(due.join() === effects.join(), 'T33', `effects ${effects.join()}, should be ${due.join()}`);
  }

  #checkAftermath(event: LaneEvent, now: number): void {
    if (event.type === 'revoke') {
      claim(this.#ticketsOf(event.user).length === 0, 'T36', `${event.user} still waits`);
      claim(this.#running?.author !== event.user || this.#running.stop !== null, 'T36', `${event.user} still runs`);
    }
    if (event.type === 'tick') claim(!this.#overdue(now), 'T23', 'something is still over its time');
  }

  #overdue(now: number): boolean {
    const held = [...this.#waiting.values()].some(({ until }) => until !== null && until <= now);
    return held || (this.#running !== null && this.#running.stop === null && this.#running.endsBy <= now);
  }

  #keepReady(people: Set<string>): void {
    for (const id of people) {
      if (!this.#ticketsOf(id).some((ticket) => ticket.until === null)) people.delete(id);
    }
  }

  #ready(now: number): Waiting[] {
    return [...this.#waiting.values()].filter(({ until }) => until === null || until <= now);
  }

  #ticketsOf(id: string): Waiting[] {
    return [...this.#waiting.values()].filter((ticket) => ticket.author === id);
  }

  #isOwnTicket(event: { readonly turn: TurnId; readonly by: string }): boolean {
    return this.#waiting.get(event.turn)?.author === event.by;
  }

  #ticket(turn: TurnId): Waiting {
    const ticket = this.#waiting.get(turn);
    claim(ticket !== undefined, 'P5', `${turn} does not wait`);
    return ticket;
  }

  #runningTurn(turn: TurnId): Running {
    claim(this.#running?.turn === turn, 'P2', `${turn} does not run`);
    return this.#running;
  }

  #change(turn: TurnId, change: Partial<Waiting>): void {
    this.#waiting.set(turn, { ...this.#ticket(turn), ...change });
  }

  #nextEntry(seq: number): void {
    claim(seq === this.#entrySeq + 1, 'T5', `entry ${seq} after ${this.#entrySeq}`);
    this.#entrySeq = seq;
  }

  #end(turn: TurnId, outcome: Outcome): void {
    claim(!this.ended.has(turn), 'P1', `${turn} ended twice`);
    this.ended.set(turn, outcome);
  }
}

function naturalEnd(event: LaneEvent, running: Running): { outcome: Outcome; reason: string; by: string } {
  const by = 'system';
  if (event.type !== 'finished') {
    claim(running.attempt === MAX_ATTEMPTS, 'T44', 'given up before its time');
    return { outcome: 'failed', reason: `the server restarted during ${MAX_ATTEMPTS} attempts`, by };
  }
  claim(event.turn === running.turn && event.attempt === running.attempt, 'T30', 'a late end counted');
  if (event.end.kind === 'complete') return { outcome: 'completed', reason: '', by };
  return { outcome: event.end.kind === 'cut' ? 'completed' : 'failed', reason: event.end.reason, by };
}

function isOwn(event: LaneEvent | null, type: LaneEvent['type'], turn: TurnId, ticket: Waiting): boolean {
  return event !== null && event.type === type && 'by' in event && 'turn' in event && event.turn === turn && event.by === ticket.author;
}

function kindOf(running: Running | null): LaneState['kind'] {
  if (running === null) return 'idle';
  return running.stop === null ? 'running' : 'stopping';
}

function verdictOf(decision: Decision): Expectation {
  if (decision.kind === 'refused') return 'refuse';
  return decision.records.length === 0 ? 'nothing' : 'change';
}

/** The rule that says whether an event may be refused. */
function ruleOf(event: LaneEvent): string {
  const rules = {
    submit: 'T7',
    hold: 'T26',
    unhold: 'T26',
    edit: 'T26',
    withdraw: 'T27',
    stop: 'T32',
    begin: 'T19',
    finished: 'T30',
    revoke: 'T36',
    tick: 'T23',
    recover: 'T44',
  } as const satisfies Record<LaneEvent['type'], string>;
  return rules[event.type];
}
