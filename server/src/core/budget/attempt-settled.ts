import { TurnId, type LaneKey } from '@parley/shared/ids';
import { z } from 'zod';

/** The lane that a record is of. */
export const RecordLane = z.custom<LaneKey>(
  (value) => value === 'room' || (typeof value === 'string' && value.startsWith('me:')),
);

const tokens = z.int().min(0);

/** G6: one call of a provider is over, well or badly: what it used, and what was reserved for it. */
export const AttemptSettled = z.strictObject({
  type: z.literal('attempt.settled'),
  lane: RecordLane,
  turn: TurnId,
  step: z.int().min(1),
  attempt: z.int().min(1),
  /** Who pays. */
  speaker: z.string(),
  provider: z.string(),
  model: z.string(),
  /** `stop`, `length`, `tool`, `refused`, or how it failed. */
  outcome: z.string(),
  inputTokens: tokens,
  cachedTokens: tokens,
  outputTokens: tokens,
  /** Of the output: what was thought and not said. */
  reasoningTokens: tokens,
  /** The provider did not say: as counted here. */
  estimated: z.boolean(),
  reserved: tokens,
  /** Which answers are alike (G7). */
  kind: z.string(),
  at: z.number(),
});
