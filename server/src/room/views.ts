import type { RoomView, TicketView, TurnView } from '@parley/shared/entry';
import { parkedIn } from '../core/arbiter/evolve-turn.ts';
import type { LaneState, RunningTurn, Ticket } from '../core/arbiter/lane.ts';
import { positions } from '../core/arbiter/queue.ts';
import { askedCall } from '../core/arbiter/turn-work.ts';
import type { TicketFacts } from './ticket-facts.ts';

/** Every waiting and running ticket of a lane, as its document shows them. */
export function ticketViews(state: LaneState): TicketView[] {
  const place = positions(state);
  const waiting = state.tickets.map((ticket) => waitingView(ticket, place.get(ticket.turn) ?? 0));
  const parked = state.parked.map(({ turn }) => startedView(turn, 'parked'));
  return [...(state.kind === 'idle' ? [] : [startedView(state.running, 'running')]), ...parked, ...waiting];
}

/** T41: everybody sees whose word is waited for, and nobody here what for. */
function startedView(started: RunningTurn, state: 'running' | 'parked'): TicketView {
  const { turn, key, ticketSeq, author, text, revision } = started;
  const asked = askedCall(started);
  const waitingFor = asked === null ? {} : { waitingFor: asked.approval.user };
  return { turn, id: key, seq: ticketSeq, author, text, state, position: 0, revision, ...waitingFor };
}

function waitingView(ticket: Ticket, position: number): TicketView {
  const { turn, key, ticketSeq, author, text, revision } = ticket;
  const common = { turn, id: key, seq: ticketSeq, author, text, position, revision };
  if (ticket.state === 'queued') return { ...common, state: 'queued' };
  return { ...common, state: 'held', heldBy: ticket.heldBy, reason: ticket.reason };
}

/** What the AI of a lane does right now. */
export function aiState(state: LaneState): RoomView['ai'] {
  if (state.kind === 'idle') return { state: 'idle' };
  const { turn, author } = state.running;
  return { state: askedCall(state.running) === null ? 'answering' : 'waiting', turn, for: author };
}

/** One ticket for somebody who may read its lane. */
export function turnView(facts: TicketFacts, state: LaneState): TurnView {
  const common = {
    turn: facts.turn,
    id: facts.key,
    seq: facts.ticketSeq,
    author: facts.author,
    audience: facts.lane === 'room' ? ('room' as const) : ('me' as const),
    revision: facts.revision,
  };
  const { fate } = facts;
  if (fate.kind === 'running') {
    const started = parkedIn(state, facts.turn) === null ? 'running' : 'parked';
    return { ...common, state: started, position: 0, promptEntry: fate.promptEntry };
  }
  if (fate.kind === 'ended') return { ...common, ...endedView(fate) };
  const ticket = state.tickets.find(({ turn }) => turn === facts.turn);
  return { ...common, state: ticket?.state ?? 'queued', position: positions(state).get(facts.turn) ?? 0 };
}

/** A turn for somebody who may not read what its answer was made from: as if it had none (R4). */
export function withoutAnswer(view: TurnView): TurnView {
  const { text: _text, answerEntry: _answerEntry, usage: _usage, ...rest } = view;
  return rest;
}

/** All that somebody who is no longer a member may know of a ticket of theirs. */
export function outcomeOnly(facts: TicketFacts): TurnView {
  const { turn, key, ticketSeq, author, lane, revision, fate } = facts;
  const common = {
    turn,
    id: key,
    seq: ticketSeq,
    author,
    audience: lane === 'room' ? ('room' as const) : ('me' as const),
    revision,
  };
  if (fate.kind !== 'ended') return { ...common, state: fate.kind === 'running' ? 'running' : 'queued' };
  return { ...common, state: 'ended', outcome: fate.outcome, reason: fate.reason, by: fate.by };
}

function endedView(fate: Extract<TicketFacts['fate'], { kind: 'ended' }>) {
  return {
    state: 'ended' as const,
    outcome: fate.outcome,
    reason: fate.reason,
    by: fate.by,
    ...(fate.started ? { promptEntry: fate.started.promptEntry } : {}),
    ...(fate.answer ? { answerEntry: fate.answer.id, text: fate.answer.text } : {}),
    ...(fate.usage ? { usage: fate.usage } : {}),
  };
}
