import { must } from '@parley/shared/assert';
import type { TurnId } from '@parley/shared/ids';
import { askedCallOf, callDecided, callEnded, callStarted, stepped } from './evolve-call.ts';
import { redacted } from './evolve-redaction.ts';
import { attempted, ended, parked, placed, resumed, started, stopping } from './evolve-turn.ts';
import type { LaneState, Ticket } from './lane.ts';
import type { JournalRecord, RecordOf } from '../records.ts';
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
    case 'entry.released':
    case 'call.late':
    case 'attempt.settled':
    case 'entry.pinned':
    case 'entry.unpinned':
    case 'digest.prepared':
    case 'digest.adopted':
    case 'digest.failed':
    case 'digest.settled':
    case 'warmup.settled':
    case 'background.settled':
    case 'room.titled':
      return state;
    case 'entry.redacted':
      return redacted(state, record);
    case 'entry.added':
      return { ...state, ...placed(state, record.entry) };
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
    case 'turn.started': {
      const ticket = ticketOf(state, record.turn);
      return { ...started(state, record, ticket), tickets: without(state, ticket) };
    }
    case 'turn.attempted':
      return attempted(state, record);
    case 'turn.stepped':
      return stepped(state, record);
    case 'call.asked':
      return askedCallOf(state, record);
    case 'call.decided':
      return callDecided(state, record);
    case 'call.started':
      return callStarted(state, record);
    case 'call.ended':
      return callEnded(state, record);
    case 'turn.parked':
      return parked(state, record);
    case 'turn.resumed':
      return resumed(state, record);
    case 'turn.stopping':
      return stopping(state, record);
    case 'turn.ended':
      return ended(state, record);
  }
}

function accepted(state: LaneState, record: RecordOf<'ticket.accepted'>): LaneState {
  const { turn, key, author, ticketSeq, text, tokens, at } = record;
  const ticket: Ticket = { state: 'queued', turn, key, author, ticketSeq, text, tokens, revision: 1, acceptedAt: at };
  return { ...state, tickets: [...state.tickets, ticket], lastTicketSeq: ticketSeq };
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
