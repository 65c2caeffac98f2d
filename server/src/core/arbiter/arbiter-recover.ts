import { expireParked, expireRunning } from './arbiter-approval.ts';
import { holdStale } from './arbiter-queue.ts';
import {
  MAX_ATTEMPTS,
  type EventOf,
  type IdleLane,
  type LaneEffect,
  type LaneState,
  type RunningLane,
  type StoppingLane,
} from './lane.ts';
import type { JournalRecord } from '../records.ts';
import { endTurn } from './turn-ending.ts';
import { askedCall } from './turn-work.ts';
import { changed, type Verdict } from './verdict.ts';

/** T44: the model is called again from the recorded context, its calls go on where they stood, but not for ever. */
export function recover(state: RunningLane, event: EventOf<'recover'>, now: number): Verdict {
  const { running } = state;
  const before = aside(state, now);
  const asked = askedCall(running);
  // Whoever was asked may still answer; a restart costs a waiting turn nothing.
  if (asked !== null) return before.with(expireRunning(state, asked, now), { type: 'act', turn: running.turn });
  const attempts = running.crashes + 1;
  if (attempts < MAX_ATTEMPTS) return goOn(state, event, before, now);
  const stop = { outcome: 'failed', reason: `the server restarted during ${attempts} attempts`, by: 'system' } as const;
  return before.and(endTurn({ lane: state, turn: running }, event, stop, now));
}

function goOn({ lane, running }: RunningLane, event: EventOf<'recover'>, before: Aside, now: number): Verdict {
  const { turn, step, work } = running;
  if (work.kind === 'acting')
    return before.and([{ type: 'turn.resumed', lane, turn, at: now }], [{ type: 'act', turn }]);
  const attempt = running.attempt + 1;
  return before.and(
    [{ type: 'turn.attempted', lane, turn, step, attempt, model: event.model, at: now }],
    [{ type: 'call', turn, step, attempt }],
  );
}

/** T44: what was being stopped died with its node, so nobody else will end this turn. */
export function recoverStopped(state: StoppingLane, event: EventOf<'recover'>, now: number): Verdict {
  return aside(state, now).and(endTurn({ lane: state, turn: state.running }, event, state.stop, now));
}

/** T44: nothing ran; what waits goes on, unless it waited for so long that its author is asked first. */
export function recoverIdle(state: IdleLane, _event: EventOf<'recover'>, now: number): Verdict {
  return aside(state, now).and([]);
}

/** What a restart means for everything but the turn that ran. */
interface Aside {
  readonly and: (records: readonly JournalRecord[], effects?: readonly LaneEffect[]) => Verdict;
  /** With one more fact and what it calls for, if there is one. */
  readonly with: (record: JournalRecord | null, effect: LaneEffect) => Verdict;
}

function aside(state: LaneState, now: number): Aside {
  const records = [...holdStale(state, now), ...expireParked(state, now)];
  const ends = state.parked.flatMap(({ turn, stop }) =>
    stop === null ? [] : [{ type: 'abort', turn: turn.turn } as const],
  );
  const and: Aside['and'] = (more, effects = []) => changed([...records, ...more], [...ends, ...effects]);
  return { and, with: (record, effect) => (record === null ? and([]) : and([record], [effect])) };
}
