import * as z from 'zod';
import type { ExportReplies } from './background.ts';
import type { CommandType } from './commands.ts';
import { Entry, FoundEntry, Member, TurnView } from './entry.ts';
import { EntryId, RoomId, TurnId, UserId } from './ids.ts';
import { Invite } from './invite.ts';
import type { PinReplies } from './pin-commands.ts';
import { RoomPolicy } from './policy.ts';
import { Capability, ModelName, RoomRole } from './roles.ts';
import { ApprovalView, RoomTool, Trust } from './tools.ts';

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
export const RoomDescriptionWithRights = RoomDescription.extend({
  capabilities: z.array(Capability),
  /** G5: those that the asker may choose to be answered by; the first answers who chooses none. */
  models: z.array(ModelName),
  /** All that the server offers; for whoever may say who uses which. */
  offered: z.array(ModelName).optional(),
});
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
export interface Replies extends PinReplies, ExportReplies {
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
