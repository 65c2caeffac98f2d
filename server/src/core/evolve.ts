import { must } from '@parley/shared/assert';
import type { Entry } from '@parley/shared/entry';
import type { TurnId } from '@parley/shared/ids';
import { shelfKey } from './label.ts';
import type { IdleLane, LaneState, RunningLane, StoppingLane, Ticket } from './lane.ts';
import type { JournalRecord, RecordOf } from './records.ts';
import { released } from './ticket.ts';

/**
 * The state after one more fact. Folding it over a journal gives the state that the deciding node had:
 * that is recovery (T44). A fact of the room or of another lane returns the same object. Throws on a
 * fact that cannot follow, since going on from a wrong state would be worse than not opening.
 */
export function evolve(state: LaneState, record: JournalRecord): LaneState {
  if (!('lane' in record) || record.lane !== state.lane) return state;
  switch (record.type) {
    case 'lane.opened':
      return state;
    case 'entry.added':
      return { ...state, ...placed(state, record.entry) };
    case 'entry.redacted':
      return redacted(state, record);
    case 'ticket.accepted':
      return accepted(state, record);
    case 'ticket.held':
      return withTicket(state, record.turn, (ticket) => ({
        ...released(ticket),
        state: 'held',
        heldBy: record.by,
        reason: record.reason,
        until: record.until,
      }));
    case 'ticket.unheld':
      return withTicket(state, record.turn, released);
    case 'ticket.edited':
      return withTicket(state, record.turn, (ticket) => ({
        ...ticket,
        text: record.text,
        tokens: record.tokens,
        revision: record.revision,
      }));
    case 'ticket.ended':
      return { ...state, tickets: without(state, ticketOf(state, record.turn)) };
    case 'turn.started':
      return started(state, record);
    case 'turn.attempted':
      return attempted(state, record);
    case 'turn.stopping':
      return stopping(state, record);
    case 'turn.ended':
      return ended(state, record);
    default:
      return state;
  }
}

function accepted(state: LaneState, record: RecordOf<'ticket.accepted'>): LaneState {
  const { turn, key, author, ticketSeq, text, tokens, at } = record;
  const ticket: Ticket = { state: 'queued', turn, key, author, ticketSeq, text, tokens, revision: 1, acceptedAt: at };
  return { ...state, tickets: [...state.tickets, ticket], lastTicketSeq: ticketSeq };
}

/** R14: the prompt of the turn that runs has no words any more. */
function redacted(state: LaneState, { entry }: RecordOf<'entry.redacted'>): LaneState {
  if (state.kind === 'idle' || state.running.promptEntry !== entry) return state;
  return { ...state, running: { ...state.running, text: '' } };
}

/** `turn.attempted` always follows in the same batch and counts the first attempt. */
function started(state: LaneState, record: RecordOf<'turn.started'>): RunningLane {
  const lane = must(state.kind === 'idle' ? state : null, `${record.turn} starts in a lane that is free`);
  const ticket = ticketOf(state, record.turn);
  const turnsStarted = state.turnsStarted + 1;
  const { turn, key, author, ticketSeq, revision, text } = ticket;
  return {
    ...lane,
    kind: 'running',
    tickets: without(state, ticket),
    lastEntrySeq: record.entry.seq,
    turnsStarted,
    lastTurnOf: new Map(state.lastTurnOf).set(author.id, turnsStarted),
    running: {
      turn,
      key,
      author,
      ticketSeq,
      revision,
      promptEntry: record.entry.id,
      text,
      startedAt: record.at,
      turnSeconds: record.turnSeconds,
      endsBy: record.at + record.turnSeconds * 1000,
      attempt: 0,
      resources: record.resources ?? [],
      influence: record.influence ?? [],
    },
  };
}

function attempted(state: LaneState, record: RecordOf<'turn.attempted'>): RunningLane {
  const lane = must(state.kind === 'running' ? state : null, `${record.turn} runs and may try again`);
  const endsBy = record.at + runningIn(lane, record.turn).turnSeconds * 1000;
  return { ...lane, running: { ...lane.running, attempt: record.attempt, endsBy } };
}

function stopping(state: LaneState, record: RecordOf<'turn.stopping'>): StoppingLane {
  const lane = must(state.kind === 'running' ? state : null, `${record.turn} runs and may be stopped`);
  const { outcome, reason, by } = record;
  return { ...lane, kind: 'stopping', running: runningIn(lane, record.turn), stop: { outcome, reason, by } };
}

function ended(state: LaneState, record: RecordOf<'turn.ended'>): IdleLane {
  const lane = must(state.kind === 'idle' ? null : state, `${record.turn} runs and may end`);
  runningIn(lane, record.turn);
  return {
    kind: 'idle',
    lane: lane.lane,
    tickets: lane.tickets,
    lastTicketSeq: lane.lastTicketSeq,
    lastEntrySeq: lane.lastEntrySeq,
    shelves: lane.shelves,
    ...(record.answer ? placed(lane, record.answer) : {}),
    turnsStarted: lane.turnsStarted,
    lastTurnOf: lane.lastTurnOf,
  };
}

/** An entry takes the next place where its resources put it. */
function placed(
  { shelves }: LaneState,
  { resources, seq }: Entry,
): Partial<Pick<LaneState, 'lastEntrySeq' | 'shelves'>> {
  if (resources === undefined) return { lastEntrySeq: seq };
  return { shelves: new Map(shelves).set(shelfKey(resources), seq) };
}

function runningIn(lane: RunningLane | StoppingLane, turn: TurnId): RunningLane['running'] {
  return must(lane.running.turn === turn ? lane.running : null, `${turn} is the turn that runs`);
}

function ticketOf(state: LaneState, turn: TurnId): Ticket {
  return must(
    state.tickets.find((ticket) => ticket.turn === turn),
    `${turn} is waiting`,
  );
}

function without(state: LaneState, gone: Ticket): readonly Ticket[] {
  return state.tickets.filter((ticket) => ticket !== gone);
}

function withTicket(state: LaneState, turn: TurnId, change: (ticket: Ticket) => Ticket): LaneState {
  const changed = ticketOf(state, turn);
  return { ...state, tickets: state.tickets.map((ticket) => (ticket === changed ? change(ticket) : ticket)) };
}
