import { Author, Entry, Outcome, Usage } from '@parley/shared/entry';
import { ClientKey, TurnId, UserId, type LaneKey } from '@parley/shared/ids';
import { RoomPolicy } from '@parley/shared/policy';
import { RoomRole, TenantRole } from '@parley/shared/roles';
import { z } from 'zod';

/**
 * The facts a room is made of (D2), each in the past tense. The room's state is a fold over them, so
 * anything a decision may depend on must be in here. `at` is milliseconds since the epoch.
 */
const Lane = z.custom<LaneKey>((value) => value === 'room' || (typeof value === 'string' && value.startsWith('me:')));
const at = z.number();
/** Who did it: a user id, or `system`. */
const by = z.string();

export const JournalRecord = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('room.created'), title: z.string(), policy: RoomPolicy, by, at, salt: z.string() }),
  z.strictObject({ type: z.literal('room.changed'), title: z.string(), policy: RoomPolicy, by, at }),
  z.strictObject({ type: z.literal('room.deleted'), by, at }),
  z.strictObject({
    type: z.literal('member.set'),
    user: UserId,
    /** Empty until the person was first seen. */
    name: z.string(),
    role: RoomRole,
    tenantRole: TenantRole,
    by,
    at,
  }),
  z.strictObject({ type: z.literal('member.removed'), user: UserId, by, at }),

  /** A person first wrote a workspace document under this Yjs client id: from now on it is theirs alone. */
  z.strictObject({ type: z.literal('workspace.client'), doc: z.string(), client: z.int().min(0), user: UserId, at }),

  /** A lane was first used; `salt` begins every prompt sent for it (R10). */
  z.strictObject({ type: z.literal('lane.opened'), lane: Lane, salt: z.string(), at }),
  /** An entry that no turn made: a message, a notice. `key` makes its sender's resend harmless. */
  z.strictObject({
    type: z.literal('entry.added'),
    lane: Lane,
    entry: Entry,
    tokens: z.int(),
    key: ClientKey.optional(),
    at,
  }),

  z.strictObject({
    type: z.literal('ticket.accepted'),
    lane: Lane,
    turn: TurnId,
    key: ClientKey,
    author: Author,
    /** Counts acceptance in the lane, from 1. */
    ticketSeq: z.int().min(1),
    text: z.string(),
    tokens: z.int(),
    at,
  }),
  z.strictObject({
    type: z.literal('ticket.held'),
    lane: Lane,
    turn: TurnId,
    by,
    reason: z.string(),
    until: z.number(),
    at,
  }),
  z.strictObject({ type: z.literal('ticket.unheld'), lane: Lane, turn: TurnId, at }),
  z.strictObject({
    type: z.literal('ticket.edited'),
    lane: Lane,
    turn: TurnId,
    text: z.string(),
    tokens: z.int(),
    revision: z.int(),
    at,
  }),
  /** A ticket that ended before its turn started. */
  z.strictObject({
    type: z.literal('ticket.ended'),
    lane: Lane,
    turn: TurnId,
    outcome: Outcome,
    reason: z.string(),
    by,
    at,
  }),

  /** T13: names the prompt, principal, audience, context version and payer; `entry` is the prompt in the transcript. */
  z.strictObject({
    type: z.literal('turn.started'),
    lane: Lane,
    turn: TurnId,
    entry: Entry,
    tokens: z.int(),
    payer: z.string(),
    /** How long each attempt of this turn may take (T23), as the policy stood at its start (T18). */
    turnSeconds: z.int().min(1),
    /** What the model will be sent: entries `from`…`to` of the lane, and a hash of the bytes. */
    context: z.strictObject({ from: z.int(), to: z.int(), roomTo: z.int(), hash: z.string(), tokens: z.int() }),
    at,
  }),
  /** Intent to call the model; a later attempt supersedes what an earlier one showed. */
  z.strictObject({
    type: z.literal('turn.attempted'),
    lane: Lane,
    turn: TurnId,
    attempt: z.int().min(1),
    model: z.string(),
    at,
  }),
  /** Somebody or something asked the running turn to end; the model is being told. */
  z.strictObject({
    type: z.literal('turn.stopping'),
    lane: Lane,
    turn: TurnId,
    outcome: Outcome,
    reason: z.string(),
    by,
    at,
  }),
  /** The one outcome, with the answer as far as it came. */
  z.strictObject({
    type: z.literal('turn.ended'),
    lane: Lane,
    turn: TurnId,
    outcome: Outcome,
    reason: z.string(),
    by,
    answer: Entry.optional(),
    tokens: z.int(),
    usage: Usage.optional(),
    at,
  }),
]);
export type JournalRecord = z.infer<typeof JournalRecord>;
export type RecordOf<T extends JournalRecord['type']> = Extract<JournalRecord, { type: T }>;

/** A key that may appear once in a room: what makes a resend harmless even across a crash (T2, D1). */
export function uniqueKey(record: JournalRecord): string | null {
  if (record.type === 'ticket.accepted') return `prompt:${record.author.id}:${record.key}`;
  if (record.type === 'entry.added' && record.key !== undefined)
    return `message:${record.entry.author.id}:${record.key}`;
  return null;
}
