import type { EventOf, RunningLane, RunningTurn, StoppingLane } from './lane.ts';
import type { JournalRecord, RecordOf } from '../records.ts';
import { endTurn } from './turn-ending.ts';
import { openCall, type OpenCall } from './turn-work.ts';
import { changed, UNCHANGED, type Verdict } from './verdict.ts';

/** T23: the model asked for tools, unless it has done so too often. */
export function step(state: RunningLane, event: EventOf<'stepped'>, now: number): Verdict {
  if (!isCurrentCall(state.running, event)) return UNCHANGED;
  const { turn, step: number, said, usage, maxSteps } = event;
  if (number >= maxSteps) {
    const stop = { outcome: 'failed', reason: `took ${maxSteps} steps without an end`, by: 'system' } as const;
    return changed(endTurn({ lane: state, turn: state.running }, event, stop, now));
  }
  return changed(
    [
      {
        type: 'turn.stepped',
        lane: state.lane,
        turn,
        step: number,
        text: said,
        calls: [...event.calls],
        usage,
        at: now,
      },
    ],
    [{ type: 'act', turn }],
  );
}

/** A stop was on its way: nothing that the model asked for meanwhile is called (T33). */
export function stepStopped(state: StoppingLane, event: EventOf<'stepped'>, now: number): Verdict {
  if (!isCurrentCall(state.running, event)) return UNCHANGED;
  return changed(endTurn({ lane: state, turn: state.running }, event, state.stop, now));
}

/** D5: the intent is on disk before the call is made. What waits for a person, or was declined, never starts (P10). */
export function startCall(state: RunningLane, event: EventOf<'start-call'>, now: number): Verdict {
  const { turn, call, operation } = event;
  const open = openCall(state.running);
  if (state.running.turn !== turn || open?.proposed.id !== call || !mayStart(open, operation)) return UNCHANGED;
  return changed(
    [{ type: 'call.started', lane: state.lane, turn, call, operation, at: now }],
    [{ type: 'run', turn, call }],
  );
}

function mayStart(call: OpenCall, operation: string): boolean {
  switch (call.state) {
    case 'proposed':
      return true;
    case 'asked':
      return false;
    case 'decided':
      return call.consent.decision === 'approved';
    case 'started':
      return call.operation === operation;
  }
}

/** The next call's turn, or the model's when this was the last one of its step. */
export function endCall(state: RunningLane, event: EventOf<'call-ended'>, now: number): Verdict {
  const { running, lane } = state;
  const ended = endedCall(state, event, now);
  if (ended === null) return UNCHANGED;
  const { turn } = running;
  if (!isLastOfStep(running)) return changed([ended], [{ type: 'act', turn }]);
  const next = running.step + 1;
  return changed(
    [ended, { type: 'turn.attempted', lane, turn, step: next, attempt: 1, model: event.model, at: now }],
    [{ type: 'call', turn, step: next, attempt: 1 }],
  );
}

/** T34: what the interrupted call came to is on record; nothing of the turn is under way any more. */
export function endCallStopped(state: StoppingLane, event: EventOf<'call-ended'>, now: number): Verdict {
  const ended = endedCall(state, event, now);
  return ended === null ? UNCHANGED : changed([ended], [{ type: 'abort', turn: event.turn }]);
}

/** Null when it is not the call whose turn it is, or when it still waits for a person. */
function endedCall(
  { lane, running }: RunningLane | StoppingLane,
  event: EventOf<'call-ended'>,
  now: number,
): JournalRecord | null {
  const { turn, call, outcome, content, tokens, withheld, resources, influence } = event;
  const open = openCall(running);
  if (running.turn !== turn || open?.proposed.id !== call || open.state === 'asked') return null;
  const sources = { resources: [...resources], influence: [...influence] };
  return { type: 'call.ended', lane, turn, call, outcome, content, tokens, withheld, ...sources, at: now };
}

function isLastOfStep({ work }: RunningTurn): boolean {
  return work.kind === 'acting' && work.calls.filter(({ state }) => state !== 'done').length === 1;
}

/** Whether a report is of the model call that runs: late ones belong to nobody. */
export function isCurrentCall(
  running: RunningTurn,
  report: Pick<RecordOf<'turn.attempted'>, 'turn' | 'step' | 'attempt'>,
): boolean {
  const { turn, step: number, attempt, work } = running;
  return work.kind === 'calling' && report.turn === turn && report.step === number && report.attempt === attempt;
}
