import { Author, Entry, Outcome, Usage } from '@parley/shared/entry';
import { ClientKey, EntryId, TurnId, UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import { RoomPolicy } from '@parley/shared/policy';
import { Grants, ModelName, RoomRole, TenantRole } from '@parley/shared/roles';
import { ApprovalId, CallName, EffectClass, ToolBinding, ToolClass, ToolName, Trust } from '@parley/shared/tools';
import { z } from 'zod';
import { RoomTitled } from './background/room-titled.ts';
import { AttemptSettled, BackgroundSettled, RecordLane as Lane } from './budget/attempt-settled.ts';
import { COMPACTION_RECORDS } from './compaction/digest-records.ts';
import { ContextSent } from './context/context-sent.ts';
import { WarmupSettled } from './warming/warmup-settled.ts';

/**
 * The facts a room is made of (D2), each in the past tense. The room's state is a fold over them, so
 * anything a decision may depend on must be in here. `at` is milliseconds since the epoch.
 */
const at = z.number();
/** Who did it: a user id, or `system`. */
const by = z.string();
/** R6: whose words could have shaped an item: people by id, `tool:<name>`, sorted; absent: its entry's author's alone. */
const influence = z.array(z.string()).optional();
/** How a call came out. */
const callOutcome = z.enum(['done', 'declined', 'refused', 'failed', 'unknown']);

/** A call as the model asked for it and the room understood it. */
export const ProposedCall = z.strictObject({
  /** The model's name for this call, unique in its turn. */
  id: z.string(),
  call: CallName,
  title: z.string(),
  as: ToolBinding,
  class: ToolClass,
  effect: EffectClass,
  /** Canonical JSON (RFC 8785); what the model sent when it was not JSON at all. */
  arguments: z.string(),
});
export type ProposedCall = z.infer<typeof ProposedCall>;

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
    grants: Grants.optional(),
    by,
    at,
  }),
  RoomTitled,
  z.strictObject({ type: z.literal('member.removed'), user: UserId, by, at }),

  /** `invite` is a hash of the secret that was shown once. */
  z.strictObject({
    type: z.literal('invite.created'),
    invite: z.string(),
    role: RoomRole,
    expiresAt: z.number(),
    uses: z.int().min(1),
    for: UserId.optional(),
    by,
    at,
  }),
  z.strictObject({ type: z.literal('invite.used'), invite: z.string(), user: UserId, at }),
  z.strictObject({ type: z.literal('invite.revoked'), invite: z.string(), by, at }),

  z.strictObject({ type: z.literal('tool.admitted'), tool: ToolName, as: ToolBinding, by, at }),
  z.strictObject({ type: z.literal('tool.dropped'), tool: ToolName, by, at }),
  /** T40: a standing approval of one person; one without people and arguments that fit anything is not kept. */
  z.strictObject({ type: z.literal('trust.set'), user: UserId, trust: Trust, at }),
  z.strictObject({ type: z.literal('trust.dropped'), user: UserId, call: CallName, at }),

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
    influence,
    key: ClientKey.optional(),
    at,
  }),
  /** R5: `entry` of a private lane was released by its owner; the entry that the room got follows in the same batch. */
  z.strictObject({
    type: z.literal('entry.released'),
    lane: Lane,
    entry: EntryId,
    digest: z.string(),
    to: z.literal('room'),
    as: EntryId,
    by,
    at,
  }),
  ...COMPACTION_RECORDS,
  /** The words of an entry are gone; the records that held them were rewritten in the same step. */
  z.strictObject({ type: z.literal('entry.redacted'), lane: Lane, entry: EntryId, by, at }),

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
    /** A clean turn: what is sent besides the prompt. `model`: the one that was chosen (G5). */
    quotes: z.array(EntryId).optional(),
    model: ModelName.optional(),
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
    /** What the model will be sent. */
    context: ContextSent,
    /** R4, R6: resources and people behind what the model is sent; a turn's tool results add to them. */
    resources: z.array(ResourceId).optional(),
    influence,
    at,
  }),
  /** Intent to call the model; a later attempt at a step supersedes what an earlier one showed of it. */
  z.strictObject({
    type: z.literal('turn.attempted'),
    lane: Lane,
    turn: TurnId,
    /** Counts model calls that led to tools, from 1. */
    step: z.int().min(1).default(1),
    attempt: z.int().min(1),
    model: z.string(),
    /** G2: how the attempt before it failed; without it the node died with that one (T44). */
    after: z.string().optional(),
    at,
  }),
  AttemptSettled,
  BackgroundSettled,
  WarmupSettled,
  /** The model ended a step by asking for tools; they are called in this order. */
  z.strictObject({
    type: z.literal('turn.stepped'),
    lane: Lane,
    turn: TurnId,
    step: z.int().min(1),
    /** What it said before. */
    text: z.string(),
    calls: z.array(ProposedCall).min(1),
    usage: Usage.optional(),
    at,
  }),
  /** T38: the call waits for the one person whose rights it would use. */
  z.strictObject({
    type: z.literal('call.asked'),
    lane: Lane,
    turn: TurnId,
    call: z.string(),
    approval: ApprovalId,
    /** Of turn, call, canonical arguments, speaker and expiry. */
    digest: z.string(),
    /** Whose turn it is. */
    user: z.string(),
    recipients: z.array(z.string()),
    influencedBy: z.array(z.string()),
    builtOn: z.array(ResourceId),
    expiresAt: z.number(),
    /** T22: when its turn gives the floor back. */
    parksAt: z.number(),
    at,
  }),
  z.strictObject({
    type: z.literal('call.decided'),
    lane: Lane,
    turn: TurnId,
    call: z.string(),
    approval: ApprovalId,
    decision: z.enum(['approved', 'declined', 'expired', 'revoked']),
    by,
    at,
  }),
  /** Intent to call a tool: made before the call, so that nobody repeats one whose fate is not known (D5). */
  z.strictObject({
    type: z.literal('call.started'),
    lane: Lane,
    turn: TurnId,
    call: z.string(),
    operation: z.string(),
    at,
  }),
  /** What the call came to; `content` is what the model is told. */
  z.strictObject({
    type: z.literal('call.ended'),
    lane: Lane,
    turn: TurnId,
    call: z.string(),
    outcome: callOutcome,
    content: z.string(),
    tokens: z.int(),
    /** R3: results that not the whole audience may read; only the speaker is told how many. */
    withheld: z.int().min(0).default(0),
    resources: z.array(ResourceId).optional(),
    influence,
    at,
  }),
  /** T33: what an interrupted call came to after all: for the record, and for nobody's conversation. */
  z.strictObject({
    type: z.literal('call.late'),
    lane: Lane,
    turn: TurnId,
    call: CallName,
    outcome: z.enum(['done', 'failed']),
    at,
  }),
  /** T22: the turn waited long enough with the floor in its hands; others go on. */
  z.strictObject({ type: z.literal('turn.parked'), lane: Lane, turn: TurnId, at }),
  /** A turn goes on: a parked one because it was decided, a running one after the node that ran its calls died. */
  z.strictObject({ type: z.literal('turn.resumed'), lane: Lane, turn: TurnId, at }),
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
    influence,
    usage: Usage.optional(),
    at,
  }),
]);
export type JournalRecord = z.infer<typeof JournalRecord>;
export type RecordOf<T extends JournalRecord['type']> = Extract<JournalRecord, { type: T }>;
