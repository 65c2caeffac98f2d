import { ask, decideApproval, resume } from './arbiter-approval.ts';
import { endCall, endCallStopped, startCall, step, stepStopped } from './arbiter-calls.ts';
import { edit, hold, submit, unhold, withdraw } from './arbiter-queue.ts';
import { recover, recoverIdle, recoverStopped } from './arbiter-recover.ts';
import {
  lapse,
  lapseParked,
  revoke,
  revokeRunning,
  stopOther,
  stopRunning,
  stopStopping,
  tick,
  tickRunning,
} from './arbiter-stop.ts';
import { begin, finish, finishParked, finishStopped, refuseBegin, retry } from './arbiter-turn.ts';
import { evolve } from './evolve.ts';
import type { Decision, EventOf, LaneEvent, LaneEventType, LaneState } from './lane.ts';
import { UNCHANGED, type Verdict } from './verdict.ts';

/** Every state meets every event: a missing cell does not compile. */
type States = { readonly [S in LaneState['kind']]: Extract<LaneState, { kind: S }> };
type Events = { readonly [E in LaneEventType]: EventOf<E> };
type Row<State> = { readonly [E in keyof Events]: (state: State, event: Events[E], now: number) => Verdict };
type Table = { readonly [S in keyof States]: Row<States[S]> };

/** The author's own queue works the same whatever runs. */
const queue = { submit, hold, unhold, edit, withdraw };
const nothing = (): Verdict => UNCHANGED;

const TABLE: Table = {
  idle: {
    ...queue,
    begin,
    retried: nothing,
    finished: finishParked,
    stepped: nothing,
    ask: nothing,
    decide: decideApproval,
    'start-call': nothing,
    'call-ended': nothing,
    resume,
    lapse: lapseParked,
    stop: stopOther,
    revoke,
    tick: (state, _event, now) => tick(state, now),
    recover: recoverIdle,
  },
  running: {
    ...queue,
    begin: refuseBegin,
    retried: retry,
    finished: finish,
    stepped: step,
    ask,
    decide: decideApproval,
    'start-call': startCall,
    'call-ended': endCall,
    resume: refuseBegin,
    lapse,
    stop: stopRunning,
    revoke: revokeRunning,
    tick: (state, _event, now) => tickRunning(state, now),
    recover,
  },
  stopping: {
    ...queue,
    begin: refuseBegin,
    retried: nothing,
    finished: finishStopped,
    stepped: stepStopped,
    ask: nothing,
    decide: decideApproval,
    'start-call': nothing,
    'call-ended': endCallStopped,
    resume: refuseBegin,
    lapse: lapseParked,
    stop: stopStopping,
    revoke,
    tick: (state, _event, now) => tick(state, now),
    recover: recoverStopped,
  },
};

/**
 * The arbiter of one lane: what an event leads to. Pure; `now` is milliseconds since the epoch. The new
 * state is the fold of the records, so a node that reads the journal arrives at the same one (P7).
 */
export function decide(state: LaneState, event: LaneEvent, now: number): Decision {
  const verdict = inRow(state.kind, { state, event, now });
  if (verdict.kind === 'refused') return verdict;
  return {
    kind: 'done',
    state: verdict.records.reduce(evolve, state),
    records: verdict.records,
    effects: verdict.effects,
  };
}

/** The two look-ups are generic so that the compiler sees that the cell fits what it is given. */
function inRow<S extends keyof States>(kind: S, given: { state: States[S]; event: LaneEvent; now: number }): Verdict {
  return inCell(TABLE[kind], given.event.type, given);
}

function inCell<State, E extends keyof Events>(
  row: Row<State>,
  type: E,
  given: { state: State; event: Events[E]; now: number },
): Verdict {
  return row[type](given.state, given.event, given.now);
}
