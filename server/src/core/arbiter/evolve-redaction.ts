import type { LaneState, RunningTurn } from './lane.ts';
import type { RecordOf } from '../records.ts';

/** R14: a turn that runs, or waits, on a prompt that was redacted has no words of it any more. */
export function redacted(state: LaneState, { entry }: RecordOf<'entry.redacted'>): LaneState {
  if (state.parked.some(({ turn }) => turn.promptEntry === entry)) {
    return { ...state, parked: state.parked.map((one) => ({ ...one, turn: without(one.turn, entry) })) };
  }
  if (state.kind === 'idle' || state.running.promptEntry !== entry) return state;
  return { ...state, running: without(state.running, entry) };
}

function without(turn: RunningTurn, entry: string): RunningTurn {
  return turn.promptEntry === entry ? { ...turn, text: '' } : turn;
}
