import { JobKind } from '@parley/shared/background';
import { TurnId, type LaneKey } from '@parley/shared/ids';
import { z } from 'zod';

/** The lane that a record is of. */
export const RecordLane = z.custom<LaneKey>(
  (value) => value === 'room' || (typeof value === 'string' && value.startsWith('me:')),
);

const tokens = z.int().min(0);

export const spent = {
  inputTokens: tokens,
  cachedTokens: tokens,
  /** Of the input: what the provider wrote into its cache. */
  cacheWriteTokens: tokens.default(0),
  outputTokens: tokens,
  /** Of the output: what was thought and not said. */
  reasoningTokens: tokens,
  /** The provider did not say: as counted here. */
  estimated: z.boolean(),
  /** In millionths of the operator's currency; null: nobody said what it takes. */
  cost: tokens.nullable().default(null),
  /** Whose key it was made with. */
  keyOf: z.enum(['speaker', 'tenant', 'server']).default('server'),
  reserved: tokens,
};

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
  ...spent,
  /** Which answers are alike (G7). */
  kind: z.string(),
  at: z.number(),
});

/** The same of a call that nobody waited for (G9): the room and the budget for background work pay. */
export const BackgroundSettled = z.strictObject({
  type: z.literal('background.settled'),
  lane: z.literal('room'),
  work: JobKind,
  /** Once for each, however often its answer arrives. */
  operation: z.string(),
  provider: z.string(),
  model: z.string(),
  outcome: z.string(),
  ...spent,
  at: z.number(),
});
export type BackgroundSettled = z.infer<typeof BackgroundSettled>;
