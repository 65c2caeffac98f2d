import { NO_CALLS } from './call-facts.ts';
import type { RecordOf } from '../core/records.ts';
import type { StartedFacts, TicketFacts, TicketFate } from './ledger.ts';

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
  const size = { declaredTokens: context.tools ?? 0 };
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
