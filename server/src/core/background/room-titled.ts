import { EntryId } from '@parley/shared/ids';
import { z } from 'zod';

/** G9: a title for a room that nobody named, made from these entries by an answer to this operation. */
export const RoomTitled = z.strictObject({
  type: z.literal('room.titled'),
  lane: z.literal('room'),
  title: z.string(),
  sources: z.array(EntryId).readonly(),
  operation: z.string(),
  by: z.literal('system'),
  at: z.number(),
});
