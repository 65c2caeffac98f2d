import { fault, ok, refuse, type Fault, type Result } from '@parley/shared/fault';
import type { TurnId, UserId } from '@parley/shared/ids';
import {
  CONFIRM_MS,
  EDIT_HOLD_MS,
  STALE_MS,
  startedTurns,
  type EventOf,
  type HeldTicket,
  type LaneState,
  type Ticket,
} from './lane.ts';
import { nextResume, nextTicket } from './queue.ts';
import type { JournalRecord } from '../records.ts';
import { awaitsAuthor, isHoldOver } from './ticket.ts';
import { changed, refused, UNCHANGED, type Verdict } from './verdict.ts';

/** Seconds; a guess, because a place becomes free when a model is done. */
const QUEUE_RETRY_AFTER = 5;

/** Takes a prompt in at the end of its author's own line, or refuses the newcomer and drops nobody (T7). */
export function submit(state: LaneState, event: EventOf<'submit'>, now: number): Verdict {
  const obstacle = conditionFault(state, event, now) ?? boundFault(state, event);
  if (obstacle !== null) return refused(obstacle);
  const { turn, key, author, text, tokens, quotes, model } = event;
  const ticketSeq = state.lastTicketSeq + 1;
  const clean = quotes === undefined ? {} : { quotes: [...quotes] };
  const chosen = model === undefined ? {} : { model };
  const ticket = { turn, key, author, ticketSeq, text, tokens, ...clean, ...chosen };
  return changed([{ type: 'ticket.accepted', lane: state.lane, ...ticket, at: now }]);
}

/** T26: the author opened the editor; opening it again gives the whole time again. */
export function hold(state: LaneState, event: EventOf<'hold'>, now: number): Verdict {
  const own = ownTicket(state, event);
  if (!own.ok) return refused(own.fault);
  const { turn, by } = event;
  const reason = 'its author is editing it';
  return changed([{ type: 'ticket.held', lane: state.lane, turn, by, reason, until: now + EDIT_HOLD_MS, at: now }]);
}

/** The author closed the editor without a change. */
export function unhold(state: LaneState, event: EventOf<'unhold'>, now: number): Verdict {
  const own = ownTicket(state, event);
  if (!own.ok) return refused(own.fault);
  return own.value.state === 'held' ? changed([unheld(state, own.value, now)]) : UNCHANGED;
}

/** T26, T28: another text in the same place under the same name, if nobody changed it since it was read. */
export function edit(state: LaneState, event: EventOf<'edit'>, now: number): Verdict {
  const own = ownTicket(state, event);
  if (!own.ok) return refused(own.fault);
  const ticket = own.value;
  if (ticket.revision !== event.revision) return refused(revisionFault(ticket));
  const { turn, text, tokens } = event;
  const edited: JournalRecord = {
    type: 'ticket.edited',
    lane: state.lane,
    turn,
    text,
    tokens,
    revision: ticket.revision + 1,
    at: now,
  };
  return changed(ticket.state === 'held' ? [edited, unheld(state, ticket, now)] : [edited]);
}

/** T27: done, and it will never start; or refused because it has started. */
export function withdraw(state: LaneState, event: EventOf<'withdraw'>, now: number): Verdict {
  const own = ownTicket(state, event);
  if (!own.ok) return refused(own.fault);
  const { turn, by } = event;
  return changed([
    {
      type: 'ticket.ended',
      lane: state.lane,
      turn,
      outcome: 'cancelled',
      reason: 'withdrawn by its author',
      by,
      at: now,
    },
  ]);
}

/**
 * Time passed, or a turn is about to begin: holds that have run out are over (T26), and what nobody
 * confirmed after a restart is no longer wanted (T44).
 */
export function releaseHolds(state: LaneState, now: number): readonly JournalRecord[] {
  return state.tickets.flatMap((ticket) => {
    if (ticket.state !== 'held' || !isHoldOver(ticket, now)) return [];
    return [awaitsAuthor(ticket) ? unconfirmed(state, ticket, now) : unheld(state, ticket, now)];
  });
}

/** T44: a prompt that waited long over a restart may be stale, so its author is asked before it runs. */
export function holdStale(state: LaneState, now: number): readonly JournalRecord[] {
  return state.tickets
    .filter((ticket) => ticket.state === 'queued' && ticket.acceptedAt <= now - STALE_MS)
    .map(({ turn }) => ({
      type: 'ticket.held',
      lane: state.lane,
      turn,
      by: 'system',
      reason: 'waiting since before a restart: still wanted?',
      until: now + CONFIRM_MS,
      at: now,
    }));
}

function unconfirmed(state: LaneState, { turn }: HeldTicket, at: number): JournalRecord {
  const reason = 'nobody confirmed it after a restart';
  return { type: 'ticket.ended', lane: state.lane, turn, outcome: 'expired', reason, by: 'system', at };
}

/** T36: whatever a person has waiting ends; nobody else's does. */
export function revokeTickets(state: LaneState, event: EventOf<'revoke'>, now: number): readonly JournalRecord[] {
  const { reason, by } = event;
  return state.tickets
    .filter((ticket) => isMeant(ticket, event))
    .map(({ turn }) => ({ type: 'ticket.ended', lane: state.lane, turn, outcome: 'revoked', reason, by, at: now }));
}

/** Whether a revocation reaches this ticket or turn. */
export function isMeant({ turn, author }: Pick<Ticket, 'turn' | 'author'>, event: EventOf<'revoke'>): boolean {
  return author.id === event.user && (event.turn ?? turn) === turn;
}

function unheld(state: LaneState, ticket: HeldTicket, now: number): JournalRecord {
  return { type: 'ticket.unheld', lane: state.lane, turn: ticket.turn, at: now };
}

/** T8: what the sender made a condition of sending. */
function conditionFault(state: LaneState, event: EventOf<'submit'>, now: number): Fault | null {
  const { onlyIf } = event;
  if (onlyIf === undefined) return null;
  const idle = state.kind === 'idle' && nextTicket(state, now) === null && nextResume(state) === null;
  if (onlyIf === 'idle' ? idle : onlyIf.seq === state.lastTicketSeq) return null;
  const running = state.kind === 'idle' ? null : state.running.turn;
  return fault('condition_failed', undefined, {
    current: { seq: state.lastTicketSeq, idle, running, waiting: state.tickets.length },
  });
}

/** T7: a turn that runs has left the queue and does not count. */
function boundFault(state: LaneState, event: EventOf<'submit'>): Fault | null {
  const { queuePerPerson, queuePerLane } = event.limits;
  const own = state.tickets.filter((ticket) => ticket.author.id === event.author.id).length;
  if (own >= queuePerPerson) return queueFull(`You have ${own} prompts waiting; at most ${queuePerPerson} may.`);
  if (state.tickets.length >= queuePerLane)
    return queueFull(`${state.tickets.length} prompts are waiting; at most ${queuePerLane} may.`);
  return null;
}

function queueFull(detail: string): Fault {
  return fault('queue_full', detail, { retryAfter: QUEUE_RETRY_AFTER });
}

function revisionFault(ticket: Ticket): Fault {
  return fault('revision_conflict', undefined, { current: { revision: ticket.revision, text: ticket.text } });
}

/** The waiting ticket that an event names, if it is its sender's own. */
function ownTicket(state: LaneState, event: { readonly turn: TurnId; readonly by: UserId }): Result<Ticket> {
  const started = startedTurns(state).find(({ turn }) => turn === event.turn);
  const ticket = state.tickets.find(({ turn }) => turn === event.turn);
  const author = (started ?? ticket)?.author.id;
  if (author === undefined) return refuse('not_found', 'No such prompt is waiting.');
  if (author !== event.by) return refuse('forbidden', 'Only its author may change a prompt.');
  return ticket === undefined ? refuse('already_started') : ok(ticket);
}
