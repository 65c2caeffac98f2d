import { EntryId } from '@parley/shared/ids';
import { PinKind } from '@parley/shared/pin-kind';
import { z } from 'zod';
import { RecordLane, spent } from '../budget/attempt-settled.ts';

const lane = RecordLane;
const count = z.int().min(0);
const generation = z.int().min(1);
const at = z.number();

/** C3: somebody pinned an entry; pinning it again as something else replaces that. */
const EntryPinned = z.strictObject({
  type: z.literal('entry.pinned'),
  lane,
  entry: EntryId,
  as: PinKind,
  /** Of the words that the row says of it. */
  tokens: count,
  by: z.string(),
  at,
});
const EntryUnpinned = z.strictObject({ type: z.literal('entry.unpinned'), lane, entry: EntryId, by: z.string(), at });

/**
 * C13: a digest is there and waits for its moment. It is made from the lane's own document alone (R7), so its label is
 * its lane's. A copy: what it covers stays where it is, and `text` is empty once some of that was redacted.
 */
const DigestPrepared = z.strictObject({
  type: z.literal('digest.prepared'),
  lane,
  /** One more than that of the last one that was prepared here. */
  generation,
  /** Entries of the lane that it covers, both included. */
  from: z.int().min(1),
  to: z.int().min(1),
  /** The last entry of the lane, and of the room, whose words its model was sent: all of them are its sources. */
  seenTo: z.int().min(1),
  roomSeenTo: count,
  /** Of what its model was sent. */
  sources: z.string(),
  text: z.string(),
  tokens: count,
  /** C14: what is sent word for word beside it. */
  kept: z.array(EntryId),
  influence: z.array(z.string()),
  at,
});

/** C15: from the next turn on it stands for what it covers. */
const DigestAdopted = z.strictObject({ type: z.literal('digest.adopted'), lane, generation, at });

/** C15: what came is no digest. */
const DigestFailed = z.strictObject({ type: z.literal('digest.failed'), lane, generation, reason: z.string(), at });

/** G6: one call of a provider for a digest is over; nobody's turn pays for it. */
const DigestSettled = z.strictObject({
  type: z.literal('digest.settled'),
  lane,
  generation,
  attempt: z.int().min(1),
  provider: z.string(),
  model: z.string(),
  /** `stop`, `length`, `tool`, `refused`, or how it failed. */
  outcome: z.string(),
  ...spent,
  at,
});

export const COMPACTION_RECORDS = [
  EntryPinned,
  EntryUnpinned,
  DigestPrepared,
  DigestAdopted,
  DigestFailed,
  DigestSettled,
] as const;
