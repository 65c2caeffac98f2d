import type { LaneKey, TurnId, UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { ToolFunction, ToolName } from '@parley/shared/tools';
import type { Influence } from '../../core/labels/influence.ts';

/** The turn that a call is made in; nothing else says who asks or who listens. */
export interface CallingTurn {
  readonly turn: TurnId;
  readonly lane: LaneKey;
  readonly speaker: UserId;
  /** Everybody who may read the lane now. */
  readonly audience: readonly UserId[];
}

/** What a built-in function found or did. The function itself leaves out what not the whole audience may read (R3). */
export type BuiltinOutcome =
  | {
      readonly kind: 'done';
      /** What the model is told, before it is put into its envelope. */
      readonly text: string;
      /** R4, R6: what stands behind the text. */
      readonly resources: readonly ResourceId[];
      readonly influence: Influence;
      /** How much was left out; only the speaker is told. */
      readonly withheld: number;
    }
  /** `reason` is a sentence for the model. */
  | { readonly kind: 'refused' | 'failed'; readonly reason: string };

/** A function that the room has by itself, under the tool `room`. */
export interface BuiltinTool {
  readonly function: ToolFunction;
  /** Who sees what it does: `room` makes a call from a private lane a release too (R6). */
  readonly shows: 'nobody' | 'room';
  /** Arguments are as the model wrote them: an object, and nothing more is known of it. Never rejects. */
  run(turn: CallingTurn, given: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<BuiltinOutcome>;
}

/** The name of the tool that every room has. It needs no admission, and nobody can register one of this name. */
export const ROOM_TOOL = 'room' as ToolName;
