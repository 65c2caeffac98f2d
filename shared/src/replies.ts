import * as z from 'zod';
import type { Replies } from './commands.ts';
import { PromptAccepted, TranscriptPage } from './commands.ts';
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
  'member.list': z.strictObject({ items: z.array(Member), next: z.null() }),
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
  | 'member.list'
  | 'transcript.read';
