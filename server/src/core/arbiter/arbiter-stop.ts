import { fault } from '@parley/shared/fault';
import { expireParked, expireRunning } from './arbiter-approval.ts';
import { isMeant, releaseHolds, revokeTickets } from './arbiter-queue.ts';
import { parkedIn } from './evolve-turn.ts';
import type {
  EventOf,
  LaneEffect,
  LaneState,
  ParkedTurn,
  RunningLane,
  RunningTurn,
  Stop,
  StoppingLane,
} from './lane.ts';
import type { JournalRecord } from '../records.ts';
import { denyAsked } from './turn-ending.ts';
import { askedCall } from './turn-work.ts';
import { changed, refused, UNCHANGED, type Verdict } from './verdict.ts';

/** T30–T32: ends the turn that it names, and nothing that waits behind it. */
export function stopRunning(state: RunningLane, event: EventOf<'stop'>, now: number): Verdict {
  const { running } = state;
  if (event.turn !== running.turn) return stopOther(state, event, now);
  return mayStop(running, event) ? stopped(stopping(state, running, stopOf(running, event), now)) : refuseStop();
}

/** T30: the first stop counts and stays on record; a repeat changes nothing. */
export function stopStopping(state: StoppingLane, event: EventOf<'stop'>, now: number): Verdict {
  if (event.turn !== state.running.turn) return stopOther(state, event, now);
  return mayStop(state.running, event) ? UNCHANGED : refuseStop();
}

/** A stop for something that does not run: a parked turn ends, and it is never passed on to what runs (T30). */
export function stopOther(state: LaneState, event: EventOf<'stop'>, now: number): Verdict {
  const parked = parkedIn(state, event.turn);
  if (parked !== null) return stopParked(state, parked, event, now);
  const waits = state.tickets.some((ticket) => ticket.turn === event.turn);
  if (!waits) return refused(fault('not_found', 'No such turn is running.'));
  return refused(
    fault('condition_failed', 'It has not started: withdraw it instead.', { current: { started: false } }),
  );
}

function stopParked(state: LaneState, { turn, stop }: ParkedTurn, event: EventOf<'stop'>, now: number): Verdict {
  if (!mayStop(turn, event)) return refuseStop();
  return stop === null ? stopped(stopping(state, turn, stopOf(turn, event), now)) : UNCHANGED;
}

/** T36 where no turn runs, or the one that does is ending already: its first stop stays on record (T3). */
export function revoke(state: LaneState, event: EventOf<'revoke'>, now: number): Verdict {
  return stopped({ records: revokeTickets(state, event, now), effects: [] }, revokeParked(state, event, now));
}

/** T36: their tickets end, and the running turn stops if it is theirs. */
export function revokeRunning(state: RunningLane, event: EventOf<'revoke'>, now: number): Verdict {
  const tickets: Stopping = { records: revokeTickets(state, event, now), effects: [] };
  const parked = revokeParked(state, event, now);
  if (!isMeant(state.running, event)) return stopped(tickets, parked);
  return stopped(tickets, parked, stopping(state, state.running, revoked(event), now));
}

function revokeParked(state: LaneState, event: EventOf<'revoke'>, now: number): Stopping {
  const own = state.parked.filter(({ turn, stop }) => isMeant(turn, event) && stop === null);
  return together(own.map(({ turn }) => stopping(state, turn, revoked(event), now)));
}

/** T36: a right that the turn's own content needs is gone; it ends, and nothing else does. */
export function lapse(state: RunningLane, event: EventOf<'lapse'>, now: number): Verdict {
  if (state.running.turn !== event.turn) return lapseParked(state, event, now);
  return stopped(stopping(state, state.running, lapsed(event), now));
}

export function lapseParked(state: LaneState, event: EventOf<'lapse'>, now: number): Verdict {
  const parked = parkedIn(state, event.turn);
  return parked === null || parked.stop !== null
    ? UNCHANGED
    : stopped(stopping(state, parked.turn, lapsed(event), now));
}

function lapsed({ reason }: EventOf<'lapse'>): Stop {
  return { outcome: 'revoked', reason, by: 'system' };
}

/** T26, T39: holds and approvals run out, also of turns that are parked. */
export function tick(state: LaneState, now: number): Verdict {
  return changed([...releaseHolds(state, now), ...expireParked(state, now)]);
}

/** T22, T23: a turn over its time ends, and one that waited long enough gives the floor back. */
export function tickRunning(state: RunningLane, now: number): Verdict {
  const before: Stopping = { records: [...releaseHolds(state, now), ...expireParked(state, now)], effects: [] };
  const { running } = state;
  const asked = askedCall(running);
  if (asked === null) return now < running.endsBy ? stopped(before) : stopped(before, timedOut(state, now));
  const expired = expireRunning(state, asked, now);
  if (expired !== null) return stopped(before, { records: [expired], effects: [{ type: 'act', turn: running.turn }] });
  if (now < asked.approval.parksAt) return stopped(before);
  return changed([...before.records, { type: 'turn.parked', lane: state.lane, turn: running.turn, at: now }]);
}

function timedOut(state: RunningLane, now: number): Stopping {
  const reason = `ran longer than ${state.running.turnSeconds} seconds`;
  return stopping(state, state.running, { outcome: 'failed', reason, by: 'system' }, now);
}

function mayStop(turn: RunningTurn, event: EventOf<'stop'>): boolean {
  return event.by === turn.author.id || event.mayStopAny;
}

function stopOf(turn: RunningTurn, { by }: EventOf<'stop'>): Stop {
  const reason = by === turn.author.id ? 'stopped by its author' : 'stopped by somebody else';
  return { outcome: 'cancelled', reason, by };
}

function revoked({ reason, by }: EventOf<'revoke'>): Stop {
  return { outcome: 'revoked', reason, by };
}

/** T32: a refused stop tells its sender. */
function refuseStop(): Verdict {
  return refused(fault('forbidden', 'You may not stop a turn of somebody else.', { capability: 'turn.stop.any' }));
}

interface Stopping {
  readonly records: readonly JournalRecord[];
  readonly effects: readonly LaneEffect[];
}

/** T33: nobody is asked for it any more, the record says that it ends, and the effect makes whatever runs of it end. */
function stopping({ lane }: LaneState, running: RunningTurn, stop: Stop, now: number): Stopping {
  const { turn } = running;
  const denied = denyAsked(lane, running, stop.by, now);
  return {
    records: [...denied, { type: 'turn.stopping', lane, turn, ...stop, at: now }],
    effects: [{ type: 'abort', turn }],
  };
}

function together(parts: readonly Stopping[]): Stopping {
  return { records: parts.flatMap(({ records }) => records), effects: parts.flatMap(({ effects }) => effects) };
}

function stopped(...parts: readonly Stopping[]): Verdict {
  const { records, effects } = together(parts);
  return changed(records, effects);
}
