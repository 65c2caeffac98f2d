import { z } from 'zod';
import { RecordLane, spent } from '../budget/attempt-settled.ts';

/** G6: one warm-up of a lane's prefix is over (C17); nobody's turn pays for it. */
export const WarmupSettled = z.strictObject({
  type: z.literal('warmup.settled'),
  lane: RecordLane,
  provider: z.string(),
  model: z.string(),
  /** `stop`, `length`, `tool`, `refused`, or how it failed. */
  outcome: z.string(),
  ...spent,
  at: z.number(),
});
