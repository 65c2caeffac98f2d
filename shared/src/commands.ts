import * as z from 'zod';
import { EXPORT_COMMANDS } from './background.ts';
import { ClientKey, EntryId, TurnId, UserId } from './ids.ts';
import { InviteSecret } from './invite.ts';
import { DigestRead, EntryPin, EntryUnpin, PinList } from './pin-commands.ts';
import { RoomPolicy, RoomPolicyPatch, UNTITLED } from './policy.ts';
import { Grants, ModelName, RoomRole } from './roles.ts';
import { ApprovalId, CallName, ToolBinding, ToolName, Trust } from './tools.ts';

/**
 * What a person may ask of a room. HTTP routes and socket messages carry the same commands; who asks
 * is never in them: it comes from the verified token (R13).
 */
const text = z.string().min(1).max(1_048_576);
const title = z.string().trim().min(1).max(200);
const Audience = z.enum(['room', 'me']);

export const PromptSubmit = z.strictObject({
  type: z.literal('prompt.submit'),
  id: ClientKey,
  text,
  audience: Audience.default('room'),
  /** A clean turn: the model is sent these entries and the prompt, and nothing else (R6). */
  quotes: z.array(EntryId).max(20).optional(),
  /** G5: who answers; the first model that the room and the asker's grants allow when left out. */
  model: ModelName.optional(),
  /** T8: refused, with nothing done, unless it holds. */
  onlyIf: z.union([z.literal('idle'), z.strictObject({ seq: z.int().min(0) })]).optional(),
});
/** G7: what a prompt would take; nothing is kept of it. */
export const PromptMeasure = z.strictObject({
  type: z.literal('prompt.measure'),
  text,
  audience: Audience.default('room'),
});
export const MessagePost = z.strictObject({
  type: z.literal('message.post'),
  id: ClientKey,
  text,
  audience: Audience.default('room'),
  offRecord: z.boolean().default(false),
});
export const TurnGet = z.strictObject({ type: z.literal('turn.get'), turn: TurnId });
/** T26: holds a queued prompt in place while its author edits it, for at most two minutes. */
export const TurnHold = z.strictObject({ type: z.literal('turn.hold'), turn: TurnId });
/** Puts a prompt held for editing back without a change. */
export const TurnUnhold = z.strictObject({ type: z.literal('turn.unhold'), turn: TurnId });
export const TurnEdit = z.strictObject({
  type: z.literal('turn.edit'),
  turn: TurnId,
  text,
  revision: z.int().min(1),
  /** Says that this may be a repeat: an edit that was made already is then answered as it was, not as a conflict. */
  id: ClientKey.optional(),
});
export const TurnWithdraw = z.strictObject({ type: z.literal('turn.withdraw'), turn: TurnId });
export const TurnStop = z.strictObject({ type: z.literal('turn.stop'), turn: TurnId });
export const RoomCreate = z.strictObject({
  type: z.literal('room.create'),
  /** Left out, or this very one: nobody named the room, and it may get a title by itself (G9). */
  title: title.default(UNTITLED),
  policy: RoomPolicy.prefault({}),
});
export const RoomGet = z.strictObject({ type: z.literal('room.get') });
export const RoomUpdate = z.strictObject({
  type: z.literal('room.update'),
  title: title.optional(),
  policy: RoomPolicyPatch.optional(),
});
export const RoomDelete = z.strictObject({ type: z.literal('room.delete') });
export const MemberList = z.strictObject({ type: z.literal('member.list') });
export const MemberSet = z.strictObject({
  type: z.literal('member.set'),
  user: UserId,
  role: RoomRole,
  /** Left out: what they had stays. */
  grants: Grants.optional(),
});
export const MemberRemove = z.strictObject({ type: z.literal('member.remove'), user: UserId });
export const TranscriptRead = z.strictObject({
  type: z.literal('transcript.read'),
  lane: Audience.default('room'),
  /** Entries with a larger `seq`, oldest first; or … */
  after: z.int().min(0).optional(),
  /** … entries with a smaller `seq`, the newest of them, oldest first. */
  before: z.int().min(1).optional(),
  limit: z.int().min(1).max(1_000).default(100),
});
export const RoomExport = z.strictObject({ type: z.literal('room.export') });
/** The transcript documents of the room that the asker may read now, by name. */
export const DocumentList = z.strictObject({ type: z.literal('document.list') });
/** Entries that contain the words, newest first; only what the asker may read. */
export const TranscriptSearch = z.strictObject({
  type: z.literal('transcript.search'),
  q: z.string().min(1).max(200),
  limit: z.int().min(1).max(100).default(20),
});
/** T38: by the one person who is asked, naming the digest of what they saw. */
export const ApprovalDecide = z.strictObject({
  type: z.literal('approval.decide'),
  approval: ApprovalId,
  decision: z.enum(['approve', 'decline']),
  digest: z.string().max(100),
});
/** What waits for the asker. */
export const ApprovalList = z.strictObject({ type: z.literal('approval.list') });
/** R5: what a release would show, and to whom. */
export const ReleasePreview = z.strictObject({ type: z.literal('entry.preview-release'), entry: EntryId });
/** R5: takes one answer out of the asker's private lane, exactly as previewed. */
export const EntryRelease = z.strictObject({
  type: z.literal('entry.release'),
  entry: EntryId,
  digest: z.string().max(100),
  to: z.literal('room'),
});
/** Takes the words of an entry away for good, everywhere. */
export const EntryRedact = z.strictObject({ type: z.literal('entry.redact'), entry: EntryId });
export const InviteCreate = z.strictObject({
  type: z.literal('invite.create'),
  role: RoomRole,
  /** Seconds. */
  expiresIn: z.int().min(60).max(2_592_000),
  uses: z.int().min(1).max(1_000).default(1),
  /** Only this person may use it. */
  for: UserId.optional(),
});
export const InviteList = z.strictObject({ type: z.literal('invite.list') });
export const InviteRevoke = z.strictObject({ type: z.literal('invite.revoke'), invite: z.string().max(64) });
export const InviteAccept = z.strictObject({ type: z.literal('invite.accept'), secret: InviteSecret });
/** Lets a tool of the tenant work in this room. */
export const ToolAdmit = z.strictObject({
  type: z.literal('tool.admit'),
  tool: ToolName,
  as: ToolBinding.default('speaker'),
});
export const ToolDrop = z.strictObject({ type: z.literal('tool.drop'), tool: ToolName });
export const ToolList = z.strictObject({ type: z.literal('tool.list') });
/** T40: what the asker lets run without being asked; replaces what they said of this function before. */
export const TrustSet = z.strictObject({ type: z.literal('trust.set'), trust: Trust });
export const TrustDrop = z.strictObject({ type: z.literal('trust.drop'), call: CallName });
export const TrustList = z.strictObject({ type: z.literal('trust.list') });
/** Why somebody may or may not do something here. */
export const RightsExplain = z.strictObject({ type: z.literal('rights.explain'), user: UserId });

export const Command = z.discriminatedUnion('type', [
  PromptSubmit,
  PromptMeasure,
  MessagePost,
  TurnGet,
  TurnHold,
  TurnUnhold,
  TurnEdit,
  TurnWithdraw,
  TurnStop,
  RoomCreate,
  RoomGet,
  RoomUpdate,
  RoomDelete,
  MemberList,
  MemberSet,
  MemberRemove,
  TranscriptRead,
  RoomExport,
  ...EXPORT_COMMANDS,
  DocumentList,
  TranscriptSearch,
  ApprovalDecide,
  ApprovalList,
  ReleasePreview,
  EntryRelease,
  EntryRedact,
  EntryPin,
  EntryUnpin,
  PinList,
  DigestRead,
  InviteCreate,
  InviteList,
  InviteRevoke,
  InviteAccept,
  ToolAdmit,
  ToolDrop,
  ToolList,
  TrustSet,
  TrustDrop,
  TrustList,
  RightsExplain,
]);
export type Command = z.infer<typeof Command>;
export type CommandType = Command['type'];
