import { z } from 'zod';

/** T13: what a turn's model was sent: entries `from`…`to` of its lane, and a hash of the bytes. */
export const ContextSent = z.strictObject({
  from: z.int(),
  to: z.int(),
  roomTo: z.int(),
  hash: z.string(),
  tokens: z.int(),
  /** How many of them the declared functions are. */
  tools: z.int().min(0).optional(),
  /** What all of it might be (T18); not in records of before there was this. */
  turnTokens: z.int().min(1).optional(),
  /** Which digest of the lane was among it (C13). */
  generation: z.int().min(1).optional(),
  /** Which older entries were said once more before the prompt, as the model was told their numbers, and which lines of them (C6): `12`, `me.12:3-4,9-9`. */
  recalled: z.array(z.string()).readonly().optional(),
});
