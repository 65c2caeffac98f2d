import type { TurnId } from '@parley/shared/ids';
import type { LaneState, ParkedTurn, QueuedTicket, RunningTurn, Ticket } from './lane.ts';
import { isReady, released } from './ticket.ts';
import { askedCall } from './turn-work.ts';

/**
 * Every waiting ticket in the order of T19, as if no hold existed. People take turns: first whoever has
 * waited longest since their last turn (somebody never served has waited longest of all; the lower
 * `ticketSeq` decides between two of those). Within a person the first accepted comes first.
 */
export function startOrder(state: LaneState): readonly Ticket[] {
  return roundRobin(state.tickets, state.lastTurnOf);
}

/**
 * The ticket whose turn has to begin now; null while a turn runs or when nothing may start. A hold that
 * has run out by `now` counts as over, whether or not a tick has recorded that.
 */
export function nextTicket(state: LaneState, now: number): QueuedTicket | null {
  // A turn that waited for its speaker goes on before another one begins (T22).
  if (state.kind !== 'idle' || nextResume(state) !== null) return null;
  const ready = state.tickets.filter((ticket) => isReady(ticket, now));
  const [next] = roundRobin(ready, state.lastTurnOf);
  return next === undefined ? null : released(next);
}

/** T22: the parked turn that goes on as soon as the floor is free; null while a turn runs or when all of them wait. */
export function nextResume(state: LaneState): ParkedTurn | null {
  if (state.kind !== 'idle') return null;
  return state.parked.find(({ turn, stop }) => stop === null && askedCall(turn) === null) ?? null;
}

/**
 * The position shown to people: 0 runs, 1 starts next. Held tickets do not count against the others,
 * because others pass them; a held ticket shows the place it would have if every hold ended now.
 */
export function positions(state: LaneState): ReadonlyMap<TurnId, number> {
  const startable = state.tickets.filter((ticket) => ticket.state === 'queued');
  const shown = new Map<TurnId, number>();
  startOrder(state).forEach((ticket, index) => shown.set(ticket.turn, index + 1));
  roundRobin(startable, state.lastTurnOf).forEach((ticket, index) => shown.set(ticket.turn, index + 1));
  if (state.kind !== 'idle') shown.set(state.running.turn, 0);
  return shown;
}

/** When the lane needs its next `tick`: a hold, an approval, the floor or the running turn runs out. Null when nothing will. */
export function nextWake(state: LaneState): number | null {
  const times = state.tickets.flatMap((ticket) => (ticket.state === 'held' ? [ticket.until] : []));
  for (const { turn } of state.parked) times.push(...expiryOf(turn));
  // A turn that is stopping already waits for nothing but its model.
  if (state.kind === 'running') times.push(...timesOf(state.running));
  return times.length === 0 ? null : Math.min(...times);
}

function timesOf(running: RunningTurn): readonly number[] {
  const asked = askedCall(running);
  return asked === null ? [running.endsBy] : [asked.approval.parksAt, asked.approval.expiresAt];
}

function expiryOf(turn: RunningTurn): readonly number[] {
  const asked = askedCall(turn);
  return asked === null ? [] : [asked.approval.expiresAt];
}

/**
 * Whoever is served goes to the end of the line, so the order of people found once holds for every
 * round: the first ticket of each, then the second of each, and so on.
 */
function roundRobin<T extends Ticket>(tickets: readonly T[], lastTurnOf: ReadonlyMap<string, number>): readonly T[] {
  if (tickets.length < 2) return tickets;
  const line = [...Map.groupBy(tickets, (ticket) => ticket.author.id)]
    .map(([person, own]) => ({ lastTurn: lastTurnOf.get(person) ?? 0, own: own.toSorted(byAcceptance) }))
    // People of one lane never share a turn, so equals were never served; toSorted keeps those by acceptance.
    .toSorted((a, b) => a.lastTurn - b.lastTurn);
  const rounds = Math.max(...line.map((person) => person.own.length));
  return Array.from({ length: rounds }, (_, round) =>
    line.flatMap((person) => person.own.slice(round, round + 1)),
  ).flat();
}

function byAcceptance(a: Ticket, b: Ticket): number {
  return a.ticketSeq - b.ticketSeq;
}
