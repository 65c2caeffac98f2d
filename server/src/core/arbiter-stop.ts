import { fault } from '@parley/shared/fault';
import { releaseHolds, revokeTickets } from './arbiter-queue.ts';
import type { EventOf, LaneState, RunningLane, RunningTurn, StoppingLane } from './lane.ts';
import type { JournalRecord, RecordOf } from './records.ts';
import { changed, refused, UNCHANGED, type Verdict } from './verdict.ts';

type Stop = Pick<RecordOf<'turn.stopping'>, 'outcome' | 'reason' | 'by'>;

/** T30–T32: ends the turn that it names, and nothing that waits behind it. */
export function stopRunning(state: RunningLane, event: EventOf<'stop'>, now: number): Verdict {
  const { running } = state;
  if (event.turn !== running.turn) return stopOther(state, event);
  if (!mayStop(running, event)) return refuseStop();
  const reason = event.by === running.author.id ? 'stopped by its author' : 'stopped by somebody else';
  return stopping(state, { outcome: 'cancelled', reason, by: event.by }, now);
}

/** T30: the first stop counts and stays on record; a repeat changes nothing. */
export function stopStopping(state: StoppingLane, event: EventOf<'stop'>): Verdict {
  if (event.turn !== state.running.turn) return stopOther(state, event);
  return mayStop(state.running, event) ? UNCHANGED : refuseStop();
}

/** A stop for something that does not run: never passed on to what does (T30). */
export function stopOther(state: LaneState, event: EventOf<'stop'>): Verdict {
  const waits = state.tickets.some((ticket) => ticket.turn === event.turn);
  if (!waits) return refused(fault('not_found', 'No such turn is running.'));
  return refused(
    fault('condition_failed', 'It has not started: withdraw it instead.', { current: { started: false } }),
  );
}

/** T36 where no turn runs, or the one that does is ending already: its first stop stays on record (T3). */
export function revoke(state: LaneState, event: EventOf<'revoke'>, now: number): Verdict {
  return changed(revokeTickets(state, event, now));
}

/** T36: their tickets end, and the running turn stops if it is theirs. */
export function revokeRunning(state: RunningLane, event: EventOf<'revoke'>, now: number): Verdict {
  const tickets = revokeTickets(state, event, now);
  if (state.running.author.id !== event.user) return changed(tickets);
  return stopping(state, { outcome: 'revoked', reason: event.reason, by: event.by }, now, tickets);
}

export function tick(state: LaneState, now: number): Verdict {
  return changed(releaseHolds(state, now));
}

/** T23: a turn over its time ends, so that the floor becomes free. */
export function tickRunning(state: RunningLane, now: number): Verdict {
  const holds = releaseHolds(state, now);
  if (now < state.running.endsBy) return changed(holds);
  const reason = `ran longer than ${state.running.turnSeconds} seconds`;
  return stopping(state, { outcome: 'failed', reason, by: 'system' }, now, holds);
}

function mayStop(running: RunningTurn, event: EventOf<'stop'>): boolean {
  return event.by === running.author.id || event.mayStopAny;
}

/** T32: a refused stop tells its sender. */
function refuseStop(): Verdict {
  return refused(fault('forbidden', 'You may not stop a turn of somebody else.', { capability: 'turn.stop.any' }));
}

/** T33: the record says that it ends; the effect makes the provider end it. `before` happened first. */
function stopping(state: RunningLane, stop: Stop, now: number, before: readonly JournalRecord[] = []): Verdict {
  const { turn } = state.running;
  return changed(
    [...before, { type: 'turn.stopping', lane: state.lane, turn, ...stop, at: now }],
    [{ type: 'abort', turn }],
  );
}
