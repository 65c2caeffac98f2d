import type { Author, Entry, Outcome, Usage } from '@parley/shared/entry';
import type { ClientKey, EntryId, LaneKey, TurnId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Influence } from '../core/labels/influence.ts';
import type { RecordOf } from '../core/records.ts';
import { NO_CALLS, type CallFacts } from './call-facts.ts';

/** What is known of one ticket for as long as the room lives (T2: ids outlive the turn, T3: its outcome can be read). */
export interface TicketFacts {
  readonly turn: TurnId;
  readonly key: ClientKey;
  readonly lane: LaneKey;
  readonly author: Author;
  readonly ticketSeq: number;
  /** As first sent: what a resend is compared with; null when the words were redacted. */
  readonly submitted: string | null;
  /** As last edited. */
  readonly text: string;
  readonly revision: number;
  /** A clean turn: what is sent besides the prompt (R6); null sends the conversation. */
  readonly quotes: readonly EntryId[] | null;
  /** The model that was chosen; null: none. */
  readonly model: string | null;
  readonly acceptedSeq: number;
  readonly fate: TicketFate;
}

/** `…Seq` are sequences in the journal: they give the order of the events they stand for. */
export type TicketFate =
  | { readonly kind: 'waiting' }
  | ({ readonly kind: 'running' } & StartedFacts)
  | {
      readonly kind: 'ended';
      readonly started: StartedFacts | null;
      readonly outcome: Outcome;
      readonly reason: string;
      readonly by: string;
      readonly endedSeq: number;
      readonly answer: Entry | null;
      readonly usage: Usage | null;
    };

export interface StartedFacts {
  readonly promptEntry: EntryId;
  /** Its place in the lane, and the last entry of the room's lane then: what the turn's context ends with (T18). */
  readonly promptSeq: number;
  readonly roomTo: number;
  readonly startedSeq: number;
  /** Who pays for it, how often rights had changed before it, and the last entry of its lane before its prompt (T13). */
  readonly payer: string;
  readonly permissionEpoch: number;
  readonly contextVersion: number;
  /** The first entry of its lane that the model was sent. */
  readonly contextFrom: number;
  /** Older entries that it was sent once more, by their numbers (C6). */
  readonly recalled: readonly string[];
  /** What the declared functions took of what the model could be sent. */
  readonly declaredTokens: number;
  /** What all of it could be; null: not on record. */
  readonly turnTokens: number | null;
  /** Its record, while it waits without the floor (T22). */
  readonly parkedSeq: number | null;
  /** Each attempt at a step after the first one, and each return to the floor: what was shown is told anew. */
  readonly superseded: readonly { readonly at: number; readonly attempt: number }[];
  readonly calls: CallFacts;
  /** R4: behind what the model was sent when the turn started, … */
  readonly sentResources: readonly ResourceId[];
  /** … and, with R6, behind everything that it was sent so far. */
  readonly resources: readonly ResourceId[];
  readonly influence: Influence;
}

/** A ticket as its record makes it. */
export function accepted(record: RecordOf<'ticket.accepted'>, seq: number): TicketFacts {
  return {
    turn: record.turn,
    key: record.key,
    lane: record.lane,
    author: record.author,
    ticketSeq: record.ticketSeq,
    submitted: record.text,
    text: record.text,
    revision: 1,
    quotes: record.quotes ?? null,
    model: record.model ?? null,
    acceptedSeq: seq,
    fate: { kind: 'waiting' },
  };
}

export function started(record: RecordOf<'turn.started'>, seq: number, permissionEpoch: number): TicketFate {
  const { entry, context, payer, resources = [], influence = [] } = record;
  const place = { promptEntry: entry.id, promptSeq: entry.seq, roomTo: context.roomTo };
  const terms = { payer, permissionEpoch, contextVersion: context.to, contextFrom: context.from };
  const { tools = 0, turnTokens = null, recalled = [] } = context;
  const size = { declaredTokens: tools, turnTokens, recalled };
  const sources = { sentResources: resources, resources, influence };
  const told = { superseded: [], calls: NO_CALLS };
  return { kind: 'running', ...place, ...terms, ...size, ...sources, startedSeq: seq, parkedSeq: null, ...told };
}

/** What a model asked of tools holds words too. */
export function withoutCalls(started: StartedFacts | null): StartedFacts | null {
  return started && { ...started, calls: { ...started.calls, proposed: [] } };
}

export function endedUnstarted(record: RecordOf<'ticket.ended'>, seq: number): TicketFate {
  return {
    kind: 'ended',
    started: null,
    outcome: record.outcome,
    reason: record.reason,
    by: record.by,
    endedSeq: seq,
    answer: null,
    usage: null,
  };
}
