import { fault } from '@parley/shared/fault';
import { isCurrentCall } from './arbiter-calls.ts';
import { releaseHolds } from './arbiter-queue.ts';
import { parkedIn } from './evolve-turn.ts';
import type { EventOf, IdleLane, LaneState, QueuedTicket, RunningLane, Stop, StoppingLane } from './lane.ts';
import { nextTicket } from './queue.ts';
import type { RecordOf } from '../records.ts';
import { endTurn } from './turn-ending.ts';
import { changed, refused, UNCHANGED, type Verdict } from './verdict.ts';

/** T4, T12: starts the ticket whose turn it is and no other; the shell saw the same state when it chose. */
export function begin(state: IdleLane, event: EventOf<'begin'>, now: number): Verdict {
  const next = nextTicket(state, now);
  if (next?.turn !== event.turn) {
    return refused(fault('condition_failed', 'Another prompt is next.', { current: { next: next?.turn ?? null } }));
  }
  const { lane } = state;
  const { turn, model } = event;
  return changed(
    [
      ...releaseHolds(state, now),
      started(state, { ticket: next, event }, now),
      { type: 'turn.attempted', lane, turn, step: 1, attempt: 1, model, at: now },
    ],
    [{ type: 'call', turn, step: 1, attempt: 1 }],
  );
}

/** T12: one at a time. */
export function refuseBegin(state: RunningLane | StoppingLane): Verdict {
  return refused(fault('condition_failed', 'A turn is running.', { current: { running: state.running.turn } }));
}

/** G2: another attempt at the same step, in the time that the turn has left. */
export function retry(state: RunningLane, event: EventOf<'retried'>, now: number): Verdict {
  if (!isCurrentCall(state.running, event)) return UNCHANGED;
  const { turn, step, attempt, model, failed: after } = event;
  const { lane } = state;
  return changed([{ type: 'turn.attempted', lane, turn, step, attempt: attempt + 1, model, after, at: now }]);
}

/** The answer is whole, was cut, or failed: either way the turn ends with what came (T14, T34). */
export function finish(state: RunningLane, event: EventOf<'finished'>, now: number): Verdict {
  if (!isCurrentCall(state.running, event)) return finishParked(state, event, now);
  return changed(endTurn({ lane: state, turn: state.running }, event, endingOf(event.end), now));
}

/** A stop was on its way: the turn ends as it said, however the call came out (T30). */
export function finishStopped(state: StoppingLane, event: EventOf<'finished'>, now: number): Verdict {
  const { turn, step, attempt } = state.running;
  const current = event.turn === turn && event.step === step && event.attempt === attempt;
  if (!current) return finishParked(state, event, now);
  return changed(endTurn({ lane: state, turn: state.running }, event, state.stop, now));
}

/** A parked turn that was told to end; one that only waits has nothing to finish. */
export function finishParked(state: LaneState, event: EventOf<'finished'>, now: number): Verdict {
  const parked = parkedIn(state, event.turn);
  if (parked === null || parked.stop === null) return UNCHANGED;
  return changed(endTurn({ lane: state, turn: parked.turn }, event, parked.stop, now));
}

function endingOf(end: EventOf<'finished'>['end']): Stop {
  const by = 'system';
  switch (end.kind) {
    case 'complete':
      return { outcome: 'completed', reason: '', by };
    case 'cut':
      return { outcome: 'completed', reason: end.reason, by };
    case 'failed':
      return { outcome: 'failed', reason: end.reason, by };
  }
}

interface Beginning {
  readonly ticket: QueuedTicket;
  readonly event: EventOf<'begin'>;
}

/** T13: everything a reader needs to know of the turn; the lane is its audience, the asker pays (T49). */
function started(state: LaneState, { ticket, event }: Beginning, now: number): RecordOf<'turn.started'> {
  const { turn, author, text, tokens } = ticket;
  const seq = state.lastEntrySeq + 1;
  return {
    type: 'turn.started',
    lane: state.lane,
    turn,
    entry: { id: event.promptEntry, seq, kind: 'prompt', turn, author, text, at: now },
    tokens,
    payer: author.id,
    turnSeconds: event.limits.turnSeconds,
    context: event.context,
    resources: [...event.resources],
    influence: [...event.influence],
    at: now,
  };
}
