import * as z from 'zod';
import type { Replies } from './answers.ts';
import {
  CreatedInvite,
  Explanation,
  PromptAccepted,
  PromptForecast,
  ReleaseView,
  RoomDescription,
  RoomDescriptionWithRights,
  TranscriptPage,
} from './answers.ts';
import { Entry, FoundEntry, Member, TurnView } from './entry.ts';
import { Invite } from './invite.ts';
import { RoomTool, Trust } from './tools.ts';

const NOTHING = z.strictObject({});

/** The shape of each answer that a client reads over its socket. */
export const REPLIES: { readonly [T in Askable]: z.ZodType<Replies[T]> } = {
  'prompt.submit': PromptAccepted,
  'prompt.measure': PromptForecast,
  'message.post': z.union([z.strictObject({ entry: Entry }), PromptAccepted]),
  'turn.get': TurnView,
  'turn.hold': TurnView,
  'turn.unhold': TurnView,
  'turn.edit': TurnView,
  'turn.withdraw': TurnView,
  'turn.stop': TurnView,
  'room.get': RoomDescriptionWithRights,
  'room.update': RoomDescription,
  'member.list': z.strictObject({ items: z.array(Member), next: z.null() }),
  'member.set': Member,
  'member.remove': NOTHING,
  'transcript.read': TranscriptPage,
  'transcript.search': z.strictObject({ items: z.array(FoundEntry) }),
  'approval.decide': TurnView,
  'entry.preview-release': ReleaseView,
  'entry.release': z.strictObject({ entry: Entry }),
  'entry.redact': z.strictObject({ entry: Entry }),
  'entry.pin': NOTHING,
  'entry.unpin': NOTHING,
  'invite.create': CreatedInvite,
  'invite.list': z.strictObject({ items: z.array(Invite) }),
  'invite.revoke': NOTHING,
  'tool.admit': RoomTool,
  'tool.drop': NOTHING,
  'tool.list': z.strictObject({ items: z.array(RoomTool) }),
  'trust.set': Trust,
  'trust.drop': NOTHING,
  'trust.list': z.strictObject({ items: z.array(Trust) }),
  'rights.explain': Explanation,
};

/** The commands that a client sends over its socket; the rest are HTTP's. */
export type Askable =
  | 'prompt.submit'
  | 'prompt.measure'
  | 'message.post'
  | 'turn.get'
  | 'turn.hold'
  | 'turn.unhold'
  | 'turn.edit'
  | 'turn.withdraw'
  | 'turn.stop'
  | 'room.get'
  | 'room.update'
  | 'member.list'
  | 'member.set'
  | 'member.remove'
  | 'transcript.read'
  | 'transcript.search'
  | 'approval.decide'
  | 'entry.preview-release'
  | 'entry.release'
  | 'entry.redact'
  | 'entry.pin'
  | 'entry.unpin'
  | 'invite.create'
  | 'invite.list'
  | 'invite.revoke'
  | 'tool.admit'
  | 'tool.drop'
  | 'tool.list'
  | 'trust.set'
  | 'trust.drop'
  | 'trust.list'
  | 'rights.explain';
