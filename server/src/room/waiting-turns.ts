import type { LaneKey } from '@parley/shared/ids';
import { startedTurns, type RunningTurn } from '../core/arbiter/lane.ts';
import { askedCall } from '../core/arbiter/turn-work.ts';
import type { Chronicle } from './chronicle.ts';

export interface WaitingTurn {
  readonly lane: LaneKey;
  readonly turn: RunningTurn;
}

/** Every turn of a room that waits for its speaker's word (T38), with the floor or without. */
export function waitingTurns({ state }: Pick<Chronicle, 'state'>): readonly WaitingTurn[] {
  if (state.kind !== 'present') return [];
  return [...state.lanes].flatMap(([lane, { state: own }]) =>
    startedTurns(own)
      .filter((turn) => askedCall(turn) !== null)
      .map((turn) => ({ lane, turn })),
  );
}
