import {
  MAX_ATTEMPTS,
  startedTurns,
  type Decision,
  type LaneEffect,
  type LaneEvent,
  type LaneState,
} from '@parley/server/core/arbiter/lane';
import type { JournalRecord, RecordOf } from '@parley/server/core/records';
import { callsOf, type CallState } from '@parley/server/core/arbiter/turn-work';
import type { Outcome } from '@parley/shared/entry';
import type { TurnId } from '@parley/shared/ids';
import { CallWitness } from './call-witness.ts';
import { claim, LaneAccount, openCallOf, Violation, type Call, type Running, type Waiting } from './lane-account.ts';
import { expected, ruleOf, verdictOf } from './lane-expected.ts';

/**
 * Watches a lane from outside: it keeps its own account, made from nothing but events and records, and
 * holds everything that happens against the rules.
 */
export class LaneWitness {
  readonly account = new LaneAccount();
  readonly #calls = new CallWitness(this.account);

  /** Looks at an event and what it led to; throws a Violation. */
  observe(event: LaneEvent, now: number, decision: Decision): void {
    const due = expected(this.account, event, now);
    claim(verdictOf(decision) === due, ruleOf(event), `${event.type} led to ${verdictOf(decision)}, not ${due}`);
    if (decision.kind === 'refused') return;
    for (const record of decision.records) this.saw(record, event, now);
    this.#checkEffects(event, decision);
    this.#checkAftermath(event, decision, now);
    this.account.forgetWhoPaused();
  }

  /** One fact, and the event that led to it; null for facts that the arbiter does not make. */
  saw(record: JournalRecord, event: LaneEvent | null, now: number): void {
    switch (record.type) {
      case 'entry.added':
        this.account.nextEntry(record.entry.seq);
        return;
      case 'ticket.accepted':
        this.#sawAccepted(record, event);
        return;
      case 'ticket.held':
        claim(
          isOwn(event, 'hold', record.turn, this.account.ticket(record.turn)),
          'T26',
          'only its author holds a ticket',
        );
        this.account.change(record.turn, { until: record.until });
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
      case 'turn.stepped':
      case 'call.asked':
      case 'call.decided':
      case 'call.started':
      case 'call.ended':
        this.#calls.saw(record, event, now);
        return;
      case 'turn.parked':
        this.#sawParked(record, event, now);
        return;
      case 'turn.resumed':
        this.#sawResumed(record, event);
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
      [
        ticket.turn,
        ticket.author.id,
        ticket.ticketSeq,
        ticket.text,
        ticket.revision,
        ticket.state === 'held' ? ticket.until : null,
      ].join(),
    );
    const own = [...this.account.waiting.values()].map((t) =>
      [t.turn, t.author, t.seq, t.text, t.revision, t.until].join(),
    );
    claim(tickets.join('; ') === own.join('; '), 'T7', `waiting: ${tickets.join('; ')}, should be ${own.join('; ')}`);
    claim(
      kindOf(this.account.running) === state.kind,
      'P2',
      `${state.kind}, should be ${kindOf(this.account.running)}`,
    );
    const running = state.kind === 'idle' ? null : state.running;
    claim(
      running?.turn === this.account.running?.turn && running?.attempt === this.account.running?.attempt,
      'P2',
      'another turn runs',
    );
    const deadlines = (turns: readonly { readonly endsBy: number }[]) => turns.map(({ endsBy }) => endsBy).join();
    const started = startedTurns(state);
    claim(deadlines(started) === deadlines(this.account.started()), 'T23', 'a turn has another deadline');
    const calls = started.map((turn) => [turn.turn, turn.step, ...callsOf(turn).map(callLine)].join(' ')).join('; ');
    const owned = this.account.started();
    const due = owned.map(({ turn, step, calls: all }) => [turn, step, ...all.map(accountLine)].join(' ')).join('; ');
    claim(calls === due, 'T38', `started: ${calls}, should be ${due}`);
    claim(
      state.lastTicketSeq === this.account.accepted.length && state.lastEntrySeq === this.account.entrySeq,
      'T5',
      'sequences moved',
    );
  }

  #sawAccepted(record: RecordOf<'ticket.accepted'>, event: LaneEvent | null): void {
    claim(event?.type === 'submit' && event.turn === record.turn, 'T6', 'only a submitted prompt makes a ticket');
    claim(!this.account.accepted.includes(record.turn), 'T2', `${record.turn} was accepted before`);
    claim(
      record.ticketSeq === this.account.accepted.length + 1,
      'T5',
      `ticket ${record.ticketSeq} after ${this.account.accepted.length}`,
    );
    claim(record.author.id === event.author.id && record.text === event.text, 'T1', 'accepted is what was sent');
    const { turn, author, ticketSeq: seq, text } = record;
    this.account.accepted.push(turn);
    this.account.waiting.set(turn, { turn, author: author.id, seq, text, revision: 1, until: null });
  }

  #sawUnheld(record: RecordOf<'ticket.unheld'>, event: LaneEvent | null, now: number): void {
    const ticket = this.account.ticket(record.turn);
    const byAuthor = isOwn(event, 'unhold', record.turn, ticket) || isOwn(event, 'edit', record.turn, ticket);
    claim(ticket.until !== null && (byAuthor || ticket.until <= now), 'P5', `${record.turn} lost its hold`);
    this.account.change(record.turn, { until: null });
  }

  #sawEdited(record: RecordOf<'ticket.edited'>, event: LaneEvent | null): void {
    const ticket = this.account.ticket(record.turn);
    claim(event?.type === 'edit' && isOwn(event, 'edit', record.turn, ticket), 'T26', 'only its author edits a prompt');
    claim(record.revision === ticket.revision + 1 && record.text === event.text, 'T26', 'an edit is the next revision');
    this.account.change(record.turn, { text: record.text, revision: record.revision });
  }

  #sawTicketEnd(record: RecordOf<'ticket.ended'>, event: LaneEvent | null): void {
    const ticket = this.account.ticket(record.turn);
    if (event?.type === 'revoke') {
      claim(event.user === ticket.author && record.outcome === 'revoked', 'T36', `${record.turn} is somebody else's`);
    } else {
      const withdrawn = isOwn(event, 'withdraw', record.turn, ticket) && record.outcome === 'cancelled';
      claim(withdrawn, 'T31', `${record.turn} was dropped by ${event?.type}`);
    }
    this.account.waiting.delete(record.turn);
    this.account.end(record.turn, record.outcome);
  }

  #sawStart(record: RecordOf<'turn.started'>, event: LaneEvent | null, now: number): void {
    claim(event?.type === 'begin' && event.turn === record.turn, 'T13', 'another prompt was started than was named');
    claim(this.account.running === null, 'P2', `${record.turn} started while ${this.account.running?.turn} ran`);
    const ticket = this.account.waiting.get(record.turn);
    claim(ticket !== undefined && ticket.until === null, 'P5', `${record.turn} started and was not free to`);
    const { entry } = record;
    const named = entry.kind === 'prompt' && entry.author.id === ticket.author && record.payer === ticket.author;
    claim(named && entry.turn === ticket.turn && entry.text === ticket.text, 'T13', 'the start names its prompt');
    this.account.nextEntry(entry.seq);
    this.account.serve(ticket);
    const { turn, author } = ticket;
    const seconds = record.turnSeconds;
    const endsBy = now + seconds * 1000;
    this.account.running = { turn, author, step: 1, attempt: 0, crashes: 0, seconds, endsBy, calls: [], stop: null };
  }

  #sawAttempt(record: RecordOf<'turn.attempted'>, event: LaneEvent | null): void {
    const running = this.account.runningTurn(record.turn);
    claim(running.stop === null, 'T30', 'a stopping turn calls the model again');
    claim(openCallOf(running) === undefined, 'T34', 'the model is called before its calls are done');
    const { step, attempt, at, after } = record;
    claim((after !== undefined) === (event?.type === 'retried'), 'G2', 'why there is another attempt is on record');
    if (event?.type === 'retried') {
      claim(step === running.step && attempt === running.attempt + 1, 'G2', `attempt ${attempt} after a failure`);
      this.account.running = { ...running, attempt };
      return;
    }
    if (event?.type === 'call-ended') {
      claim(step === running.step + 1 && attempt === 1, 'T44', `step ${step} follows ${running.step}`);
      this.account.running = { ...running, step, attempt };
      return;
    }
    claim(event?.type === 'begin' || event?.type === 'recover', 'T44', `an attempt because of ${event?.type}`);
    claim(step === running.step && attempt === running.attempt + 1, 'T44', `attempt ${attempt}`);
    if (event.type === 'begin') this.account.running = { ...running, attempt };
    else this.account.running = { ...this.#takenUp(running, at), attempt };
  }

  #takenUp(running: Running, at: number): Running {
    const crashes = running.crashes + 1;
    claim(crashes < MAX_ATTEMPTS, 'T44', `taken up after ${crashes} crashes`);
    return { ...running, crashes, endsBy: at + running.seconds * 1000 };
  }

  #sawParked(record: RecordOf<'turn.parked'>, event: LaneEvent | null, now: number): void {
    const running = this.account.runningTurn(record.turn);
    const asked = openCallOf(running)?.asked;
    claim(event?.type === 'tick' && asked != null && asked.parksAt <= now, 'T22', `${record.turn} gave the floor back`);
    claim(openCallOf(running)?.state === 'asked' && running.stop === null, 'T22', `${record.turn} does not wait`);
    this.account.running = null;
    this.account.parked.set(record.turn, running);
  }

  #sawResumed(record: RecordOf<'turn.resumed'>, event: LaneEvent | null): void {
    const { turn, at } = record;
    if (event?.type === 'recover') {
      const running = this.account.runningTurn(turn);
      claim(openCallOf(running) !== undefined && running.stop === null, 'T44', `${turn} goes on with nothing`);
      this.account.running = this.#takenUp(running, at);
      return;
    }
    claim(event?.type === 'resume' && this.account.resumable() === turn, 'T22', `${turn} went on out of its turn`);
    const parked = this.account.parked.get(turn);
    const since = parked === undefined ? undefined : openCallOf(parked)?.asked?.at;
    claim(parked !== undefined && since !== undefined, 'T22', `${turn} was not parked`);
    this.account.parked.delete(turn);
    this.account.running = { ...parked, endsBy: parked.endsBy + at - since };
  }

  #sawStopping(record: RecordOf<'turn.stopping'>, event: LaneEvent | null, now: number): void {
    const running = this.account.startedTurn(record.turn);
    claim(running !== undefined && running.stop === null, 'P5', `${record.turn} is stopped and does not run`);
    claim(openCallOf(running)?.state !== 'asked', 'T33', `${record.turn} is stopped and still asks`);
    const { outcome, reason, by } = record;
    const mayStop = event?.type === 'stop' && (event.by === running.author || event.mayStopAny);
    const asked =
      (event?.type === 'stop' && mayStop && event.turn === record.turn && outcome === 'cancelled' && by === event.by) ||
      (event?.type === 'revoke' && event.user === running.author && outcome === 'revoked') ||
      (event?.type === 'lapse' && event.turn === record.turn && outcome === 'revoked') ||
      (event?.type === 'tick' && running.endsBy <= now && running === this.account.running && outcome === 'failed');
    claim(asked, 'P5', `${event?.type} stopped ${record.turn} as ${outcome}`);
    this.account.changeTurn(record.turn, { stop: { outcome, reason, by } });
  }

  #sawEnd(record: RecordOf<'turn.ended'>, event: LaneEvent | null): void {
    claim(!this.account.ended.has(record.turn), 'P1', `${record.turn} ended twice`);
    const running = this.account.startedTurn(record.turn);
    claim(running !== undefined, 'P2', `${record.turn} does not run`);
    const answer = record.answer;
    const ends = event?.type === 'finished' || event?.type === 'stepped' || event?.type === 'recover';
    claim(ends, 'P1', `${event?.type} ended ${record.turn}`);
    claim(openCallOf(running) === undefined, 'T34', `a call of ${record.turn} has no result`);
    claim(answer?.tools?.length === (running.calls.length || undefined), 'T34', 'the answer names its calls');
    const { outcome, reason, by } = running.stop ?? naturalEnd(event, running);
    claim(
      record.outcome === outcome && record.reason === reason && record.by === by,
      'T3',
      `${record.outcome}, should be ${outcome}`,
    );
    claim(
      answer?.answers?.join() === record.turn && answer.for === running.author,
      'T14',
      'the answer lists its prompt',
    );
    claim(answer.text === (event.type === 'recover' ? '' : event.text), 'T34', 'the answer is kept as far as it came');
    claim(answer.outcome === outcome, 'T34', 'the answer is marked with the outcome');
    this.account.nextEntry(answer.seq);
    if (!this.account.parked.delete(record.turn)) this.account.running = null;
    this.account.end(record.turn, record.outcome);
  }

  #checkEffects(event: LaneEvent, decision: Extract<Decision, { kind: 'done' }>): void {
    const { records, effects } = decision;
    const ending =
      event.type === 'recover' ? [...this.account.parked.values()].filter(({ stop }) => stop !== null) : [];
    const due = [
      ...ending.map(({ turn }) => `abort ${turn}`),
      ...records.flatMap((record, index) => this.#effectOf(record, records[index + 1])),
    ];
    claim(
      due.join() === effects.map(effectLine).join(),
      'T33',
      `effects ${effects.map(effectLine).join()}, should be ${due.join()}`,
    );
  }

  /** What a fact calls for, when the turn that it is of has the floor. */
  #effectOf(record: JournalRecord, next: JournalRecord | undefined): string[] {
    switch (record.type) {
      case 'turn.attempted':
        return record.after === undefined ? [`call ${record.turn} ${record.step} ${record.attempt}`] : [];
      case 'turn.stopping':
        return [`abort ${record.turn}`];
      case 'turn.stepped':
      case 'turn.resumed':
        return [`act ${record.turn}`];
      case 'call.started':
        return [`run ${record.turn} ${record.call}`];
      case 'call.decided':
        return record.decision === 'revoked' || this.account.parked.has(record.turn) ? [] : [`act ${record.turn}`];
      case 'call.ended':
        if (next?.type === 'turn.attempted' || this.account.ended.has(record.turn)) return [];
        return [`${this.account.running?.stop == null ? 'act' : 'abort'} ${record.turn}`];
      default:
        return [];
    }
  }

  #checkAftermath(event: LaneEvent, { records }: Extract<Decision, { kind: 'done' }>, now: number): void {
    if (event.type === 'revoke') {
      claim(this.account.ticketsOf(event.user).length === 0, 'T36', `${event.user} still waits`);
      const runs = this.account.started().some(({ author, stop }) => author === event.user && stop === null);
      claim(!runs, 'T36', `${event.user} still runs`);
    }
    // Whoever did not answer in time may have used up the time before being asked; the next tick sees to it.
    const decided = records.some(({ type }) => type === 'call.decided');
    if (event.type === 'tick' && !decided) claim(!this.account.overdue(now), 'T23', 'something is still over its time');
  }
}

function effectLine(effect: LaneEffect): string {
  if (effect.type === 'call') return `call ${effect.turn} ${effect.step} ${effect.attempt}`;
  return effect.type === 'run' ? `run ${effect.turn} ${effect.call}` : `${effect.type} ${effect.turn}`;
}

function callLine(call: CallState): string {
  return `${call.proposed.id} ${call.state}`;
}

function accountLine({ id, state }: Call): string {
  return `${id} ${state}`;
}

function naturalEnd(event: LaneEvent, running: Running): { outcome: Outcome; reason: string; by: string } {
  const by = 'system';
  if (event.type === 'stepped') {
    claim(event.step >= event.maxSteps, 'T23', 'given up before its last step');
    return { outcome: 'failed', reason: `took ${event.maxSteps} steps without an end`, by };
  }
  if (event.type !== 'finished') {
    claim(running.crashes === MAX_ATTEMPTS - 1, 'T44', 'given up before its time');
    return { outcome: 'failed', reason: `the server restarted during ${MAX_ATTEMPTS} attempts`, by };
  }
  claim(event.turn === running.turn && event.attempt === running.attempt, 'T30', 'a late end counted');
  if (event.end.kind === 'complete') return { outcome: 'completed', reason: '', by };
  return { outcome: event.end.kind === 'cut' ? 'completed' : 'failed', reason: event.end.reason, by };
}

function isOwn(event: LaneEvent | null, type: LaneEvent['type'], turn: TurnId, ticket: Waiting): boolean {
  return (
    event !== null &&
    event.type === type &&
    'by' in event &&
    'turn' in event &&
    event.turn === turn &&
    event.by === ticket.author
  );
}

function kindOf(running: Running | null): LaneState['kind'] {
  if (running === null) return 'idle';
  return running.stop === null ? 'running' : 'stopping';
}
