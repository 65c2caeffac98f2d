import * as z from 'zod';
import { ClientKey, EntryId, TurnId, UserId } from './ids.ts';
import { Resources } from './label.ts';
import type { PinKind } from './pin-kind.ts';
import { Grants } from './roles.ts';
import { ToolUse } from './tools.ts';

/** How a ticket ended; each ticket has exactly one (T3). */
export const Outcome = z.enum([
  'completed',
  'cancelled',
  'rejected',
  'expired',
  'revoked',
  'superseded',
  'failed',
  'outcome-unknown',
]);
export type Outcome = z.infer<typeof Outcome>;

/** Who an entry is from, as the server knows it. */
export const Author = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['user', 'ai', 'system']),
});
export type Author = z.infer<typeof Author>;

/** Tokens one turn used, as the provider reports them. */
export const Usage = z.strictObject({
  model: z.string(),
  inputTokens: z.int(),
  cachedTokens: z.int(),
  outputTokens: z.int(),
});
export type Usage = z.infer<typeof Usage>;

/**
 * Lines `from` to `to` of an entry that another entry of the same document said before, there from line `at` on;
 * lines are counted from 1 (C12).
 */
export const RepeatedLines = z.strictObject({
  from: z.int().min(1),
  to: z.int().min(1),
  entry: EntryId,
  at: z.int().min(1),
  author: Author,
});
export type RepeatedLines = z.infer<typeof RepeatedLines>;

/** One durable line of a lane's transcript. `seq` counts places in that transcript, from 1. */
export const Entry = z.strictObject({
  id: EntryId,
  seq: z.int().min(1),
  kind: z.enum(['message', 'prompt', 'answer', 'tool', 'notice', 'digest']),
  turn: TurnId.optional(),
  author: Author,
  text: z.string(),
  /** Milliseconds since the epoch, by the server's clock. */
  at: z.number(),
  outcome: Outcome.optional(),
  reason: z.string().optional(),
  by: z.string().optional(),
  /** Answers only: the turns this answers (T14). */
  answers: z.array(TurnId).optional(),
  /** Answers only: whom it is for. */
  for: z.string().optional(),
  usage: Usage.optional(),
  /** Messages only: not part of what the model is sent (T10). */
  offRecord: z.boolean().optional(),
  /**
   * Present when it was made from resources that have readers of their own. Such entries stand in a document
   * for just these resources, and `seq` counts places there; `after` is the last entry of the lane's own
   * document when it was written.
   */
  resources: Resources.min(1).optional(),
  after: z.int().min(0).optional(),
  /** Answers only: the tools that were used for it. */
  tools: z.array(ToolUse).optional(),
  /** Messages and prompts: passages of it that stand in an earlier entry, first to last. */
  repeats: z.array(RepeatedLines).min(1).optional(),
  /** An answer that its owner took out of their private lane on purpose (R5). */
  releasedBy: z.string().optional(),
  /** Whoever took the words away; `text` is empty then. */
  redactedBy: z.string().optional(),
});
export type Entry = z.infer<typeof Entry>;
/** One that a search found, and in which lane. */
export const FoundEntry = Entry.extend({ lane: z.enum(['room', 'me']) });
export type FoundEntry = z.infer<typeof FoundEntry>;

/** One ticket as everybody in its lane sees it in `turns`: queued, held and running only. */
export const TicketView = z.strictObject({
  turn: TurnId,
  id: ClientKey,
  seq: z.int().min(1),
  author: Author,
  text: z.string(),
  state: z.enum(['held', 'queued', 'running', 'parked']),
  /** 1 starts next, 0 is running. */
  position: z.int().min(0),
  revision: z.int().min(1),
  heldBy: z.string().optional(),
  /** Running and parked tickets: whose approval is waited for (T41). */
  waitingFor: z.string().optional(),
  /** Held tickets: why. */
  reason: z.string().optional(),
});
export type TicketView = z.infer<typeof TicketView>;

/** The state of one ticket as `GET …/turns/{turn}` answers it. */
export const TurnView = z.strictObject({
  turn: TurnId,
  id: ClientKey,
  seq: z.int().min(1),
  author: Author,
  audience: z.enum(['room', 'me']),
  state: z.enum(['accepted', 'held', 'queued', 'running', 'parked', 'ended']),
  position: z.int().min(0).optional(),
  revision: z.int().min(1),
  outcome: Outcome.optional(),
  reason: z.string().optional(),
  by: z.string().optional(),
  promptEntry: EntryId.optional(),
  answerEntry: EntryId.optional(),
  text: z.string().optional(),
  usage: Usage.optional(),
});
export type TurnView = z.infer<typeof TurnView>;

/** Keys of the `room` map of a transcript document. */
export interface RoomView {
  title: string;
  /** The title was made here (G9); null: not any more. */
  titledBy?: 'ai' | null;
  /** What the AI does in this lane right now. */
  ai:
    | { state: 'idle' }
    | { state: 'answering'; turn: TurnId; for: Author }
    /** Whose approval is waited for, and never for what (T41). */
    | { state: 'waiting'; turn: TurnId; for: Author };
  /** `seq` of the oldest entry this document holds; older ones come over HTTP. */
  firstSeq: number;
  floor: 'open';
  /** How many entries from before this document were redacted: whoever holds some of those has to let go of them. */
  pastRedactions?: number;
  /** Which entries a digest stands for when the AI is asked here (C4); null: none any more. */
  digest?: { from: number; to: number } | null;
  /** Entries that are pinned here, and as what (C3). */
  pins?: Readonly<Record<string, PinKind>>;
}

export const Member = z.strictObject({
  user: UserId,
  name: z.string(),
  role: z.enum(['owner', 'moderator', 'speaker', 'reader']),
  grants: Grants.optional(),
});
export type Member = z.infer<typeof Member>;
