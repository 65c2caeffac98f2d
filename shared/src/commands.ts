import * as z from 'zod';
import { Entry, Member, TurnView } from './entry.ts';
import { ClientKey, RoomId, TurnId, UserId } from './ids.ts';
import { RoomPolicy, RoomPolicyPatch } from './policy.ts';
import { Capability, RoomRole } from './roles.ts';

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
  /** T8: refused, with nothing done, unless it holds. */
  onlyIf: z.union([z.literal('idle'), z.strictObject({ seq: z.int().min(0) })]).optional(),
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
  title,
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
export const MemberSet = z.strictObject({ type: z.literal('member.set'), user: UserId, role: RoomRole });
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

export const Command = z.discriminatedUnion('type', [
  PromptSubmit,
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

/** What each command answers. */
export interface Replies {
  'prompt.submit': z.infer<typeof PromptAccepted>;
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
}
export type Reply = Replies[CommandType];
