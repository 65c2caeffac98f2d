import * as z from 'zod';
import type { Replies } from './commands.ts';
import { PromptAccepted, RoomDescription, RoomDescriptionWithRights, TranscriptPage } from './commands.ts';
import { Entry, Member, TurnView } from './entry.ts';

/** The shape of each answer that a client reads over its socket. */
export const REPLIES: { readonly [T in Askable]: z.ZodType<Replies[T]> } = {
  'prompt.submit': PromptAccepted,
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
  'member.remove': z.strictObject({}),
  'transcript.read': TranscriptPage,
};

/** The commands that a client sends over its socket; the rest are HTTP's. */
export type Askable =
  | 'prompt.submit'
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
  | 'transcript.read';
