import * as z from 'zod';
import { EntryId } from './ids.ts';
import { PinKind } from './pin-kind.ts';
import type { DigestReply, PinsRead } from './pin.ts';

const lane = z.enum(['room', 'me']).default('room');

/** C3: pins an entry for everybody who reads its lane, and for the model. */
export const EntryPin = z.strictObject({ type: z.literal('entry.pin'), entry: EntryId, as: PinKind });
export const EntryUnpin = z.strictObject({ type: z.literal('entry.unpin'), entry: EntryId });
export const PinList = z.strictObject({ type: z.literal('pin.list'), lane });
/** C4: what the model is sent in the place of older entries. */
export const DigestRead = z.strictObject({ type: z.literal('digest.read'), lane });

/** What the commands about pins and digests answer. */
export interface PinReplies {
  'entry.pin': Record<string, never>;
  'entry.unpin': Record<string, never>;
  'pin.list': z.infer<typeof PinsRead>;
  'digest.read': z.infer<typeof DigestReply>;
}
