import type { LaneState } from '../core/lane.ts';
import type { JournalRecord } from '../core/records.ts';
import type { EventCursor, TurnEvent } from '../ports/bus.ts';
import type { StartedFacts, TicketFacts } from './ledger.ts';
import { turnView } from './views.ts';

/**
 * Turn events and their cursors. An event that stands for a record has the record's sequence and offset
 * 0; a piece of an answer has the sequence of its attempt and the number of characters up to its end.
 * So a reader who names the last cursor it saw misses nothing and sees nothing twice (T43).
 */
export function eventOf(record: JournalRecord, seq: number, facts: TicketFacts, state: LaneState): TurnEvent | null {
  switch (record.type) {
    case 'ticket.accepted':
      return queued(facts, state);
    case 'turn.started':
      return started(facts, seq);
    case 'turn.attempted':
      return record.attempt > 1 ? superseded(facts, seq, record.attempt) : null;
    case 'turn.ended':
    case 'ticket.ended':
      return ended(facts);
    default:
      return null;
  }
}

/** A piece of the running answer that ends at character `end`. */
export function deltaOf(facts: TicketFacts, attempt: StartedFacts, piece: string, end: number): TurnEvent {
  return {
    cursor: { seq: attempt.attemptSeq, offset: end },
    lane: facts.lane,
    turn: facts.turn,
    name: 'delta',
    data: { turn: facts.turn, text: piece },
  };
}

/** What a reader who has seen everything up to `after` has missed of one ticket. `shown` is the answer so far. */
export function missedEvents(facts: TicketFacts, state: LaneState, shown: string, after: EventCursor): TurnEvent[] {
  const all = [queued(facts, state), ...sinceStart(facts, shown, after), ended(facts)];
  return all.filter((event): event is TurnEvent => event !== null && isAfter(event.cursor, after));
}

export function isAfter(cursor: EventCursor, other: EventCursor): boolean {
  return cursor.seq > other.seq || (cursor.seq === other.seq && cursor.offset > other.offset);
}

function sinceStart(facts: TicketFacts, shown: string, after: EventCursor): (TurnEvent | null)[] {
  const { fate } = facts;
  const start = fate.kind === 'waiting' ? null : fate.kind === 'running' ? fate : fate.started;
  if (start === null) return [];
  const text = fate.kind === 'ended' ? (fate.answer?.text ?? '') : shown;
  const seen = after.seq === start.attemptSeq ? after.offset : 0;
  return [
    started(facts, start.startedSeq),
    start.attempt > 1 ? superseded(facts, start.attemptSeq, start.attempt) : null,
    seen < text.length ? deltaOf(facts, start, text.slice(seen), text.length) : null,
  ];
}

function queued(facts: TicketFacts, state: LaneState): TurnEvent {
  const data = turnView({ ...facts, fate: { kind: 'waiting' } }, state);
  return { cursor: at(facts.acceptedSeq), lane: facts.lane, turn: facts.turn, name: 'queued', data };
}

function started(facts: TicketFacts, seq: number): TurnEvent {
  const audience = facts.lane === 'room' ? 'room' : 'me';
  const data = { turn: facts.turn, author: facts.author, audience } as const;
  return { cursor: at(seq), lane: facts.lane, turn: facts.turn, name: 'started', data };
}

function superseded(facts: TicketFacts, seq: number, attempt: number): TurnEvent {
  return { cursor: at(seq), lane: facts.lane, turn: facts.turn, name: 'superseded', data: { turn: facts.turn, attempt } };
}

function ended(facts: TicketFacts): TurnEvent | null {
  const { fate } = facts;
  if (fate.kind !== 'ended') return null;
  const data = {
    turn: facts.turn,
    outcome: fate.outcome,
    reason: fate.reason,
    by: fate.by,
    ...(fate.answer ? { text: fate.answer.text } : {}),
    ...(fate.usage ? { usage: fate.usage } : {}),
  };
  return { cursor: at(fate.endedSeq), lane: facts.lane, turn: facts.turn, name: 'ended', data };
}

function at(seq: number): EventCursor {
  return { seq, offset: 0 };
}
