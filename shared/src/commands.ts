import * as z from 'zod';
import { EXPORT_COMMANDS, type ExportReplies } from './background.ts';
import { Entry, FoundEntry, Member, TurnView } from './entry.ts';
import { ClientKey, EntryId, RoomId, TurnId, UserId } from './ids.ts';
import { Invite, InviteSecret } from './invite.ts';
import { RoomPolicy, RoomPolicyPatch, UNTITLED } from './policy.ts';
import { Capability, Grants, RoomRole } from './roles.ts';
import { ApprovalId, ApprovalView, CallName, RoomTool, ToolBinding, ToolName, Trust } from './tools.ts';

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

/** The answer to a prompt that is on disk. */
export const PromptAccepted = z.strictObject({
  turn: TurnId,
  seq: z.int().min(1),
  position: z.int().min(0),
});
export const RoomDescription = z.strictObject({
  id: RoomId,
  title: z.string(),
  /** Present when nobody named the room: the title was made from what was said in it (G9). */
  titledBy: z.literal('ai').optional(),
  policy: RoomPolicy,
  /** The asker's own role. */
  role: RoomRole,
  createdAt: z.number(),
});
export const RoomDescriptionWithRights = RoomDescription.extend({ capabilities: z.array(Capability) });
export const TranscriptPage = z.strictObject({
  items: z.array(Entry),
  next: z.string().nullable(),
});
export const RoomExportFile = z.strictObject({
  version: z.literal(1),
  room: RoomDescription,
  members: z.array(Member),
  entries: z.array(Entry),
  /** The asker's own private lane. */
  private: z.array(Entry),
  exportedAt: z.number(),
});

export const ReleaseView = z.strictObject({
  entry: EntryId,
  /** Names exactly these words, sources and recipients. */
  digest: z.string(),
  text: z.string(),
  /** Who can read it then. */
  recipients: z.array(Member),
  /** Resources that stay on it: whoever may not read them does not see it, whatever is pressed. */
  resources: z.array(z.string()),
  /** Resources that are taken off: its recipients read what was made from them, though they may not read these. */
  lifted: z.array(z.string()),
  /** What it was built on, as the server knows it. */
  sources: z.array(z.strictObject({ kind: z.enum(['person', 'tool', 'entry']), id: z.string(), title: z.string() })),
});
export const Explanation = z.strictObject({
  user: UserId,
  role: RoomRole.nullable(),
  capabilities: z.array(
    z.strictObject({
      capability: Capability,
      allowed: z.boolean(),
      /** One sentence for a person. */
      why: z.string(),
    }),
  ),
});
/** Tokens of the first call that a prompt leads to; tools add more. */
export const PromptForecast = z.strictObject({
  inputTokens: z.int(),
  /** With the answer, in half of the cases and in nine of ten. */
  p50: z.int(),
  p90: z.int(),
  /** What its sender has left this month; null: no limit. */
  left: z.int().nullable(),
});
export type PromptForecast = z.infer<typeof PromptForecast>;
export const CreatedInvite = Invite.extend({
  /** Shown this once; whoever has it may come in. */
  code: z.string(),
});

/** What each command answers. */
export interface Replies extends ExportReplies {
  'prompt.submit': z.infer<typeof PromptAccepted>;
  'prompt.measure': PromptForecast;
  /** A ticket where the room's policy makes every message a prompt (T10). */
  'message.post': { entry: z.infer<typeof Entry> } | z.infer<typeof PromptAccepted>;
  'turn.get': z.infer<typeof TurnView>;
  'turn.hold': z.infer<typeof TurnView>;
  'turn.unhold': z.infer<typeof TurnView>;
  'turn.edit': z.infer<typeof TurnView>;
  'turn.withdraw': z.infer<typeof TurnView>;
  'turn.stop': z.infer<typeof TurnView>;
  'room.create': z.infer<typeof RoomDescription>;
  'room.get': z.infer<typeof RoomDescriptionWithRights>;
  'room.update': z.infer<typeof RoomDescription>;
  'room.delete': Record<string, never>;
  'member.list': { items: z.infer<typeof Member>[]; next: null };
  'member.set': z.infer<typeof Member>;
  'member.remove': Record<string, never>;
  'transcript.read': z.infer<typeof TranscriptPage>;
  'room.export': z.infer<typeof RoomExportFile>;
  'document.list': { items: string[] };
  'transcript.search': { items: z.infer<typeof FoundEntry>[] };
  'approval.decide': z.infer<typeof TurnView>;
  'approval.list': { items: z.infer<typeof ApprovalView>[] };
  'entry.preview-release': z.infer<typeof ReleaseView>;
  'entry.release': { entry: z.infer<typeof Entry> };
  'entry.redact': { entry: z.infer<typeof Entry> };
  'invite.create': z.infer<typeof CreatedInvite>;
  'invite.list': { items: z.infer<typeof Invite>[] };
  'invite.revoke': Record<string, never>;
  'invite.accept': z.infer<typeof RoomDescription>;
  'tool.admit': z.infer<typeof RoomTool>;
  'tool.drop': Record<string, never>;
  'tool.list': { items: z.infer<typeof RoomTool>[] };
  'trust.set': z.infer<typeof Trust>;
  'trust.drop': Record<string, never>;
  'trust.list': { items: z.infer<typeof Trust>[] };
  'rights.explain': z.infer<typeof Explanation>;
}
export type Reply = Replies[CommandType];
