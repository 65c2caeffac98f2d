import type { LaneState } from '../../core/arbiter/lane.ts';
import type { TurnNews } from '../../ports/bus.ts';
import type { StoredRecord } from '../../ports/journal.ts';
import type { StartedFacts, TicketFacts } from '../ticket-facts.ts';
import { turnView } from '../views.ts';

/** What a record of the journal is to those who follow turns; null when it is nothing to them. */
export function newsOf({ record, seq }: StoredRecord, facts: TicketFacts, state: LaneState): TurnNews | null {
  switch (record.type) {
    case 'ticket.accepted':
      return queued(facts, state);
    case 'turn.started':
      return started(facts);
    case 'turn.attempted':
    case 'turn.resumed':
      return supersededAt(facts, seq);
    case 'call.asked':
    case 'call.decided':
    case 'call.started':
    case 'call.ended':
      return called(facts, seq);
    case 'turn.ended':
    case 'ticket.ended':
      return ended(facts);
    default:
      return null;
  }
}

/** A piece of a running answer. */
export function delta({ lane, turn }: TicketFacts, text: string): TurnNews {
  return { lane, turn, name: 'delta', data: { turn, text } };
}

/**
 * The news for somebody who may not read what the turn was made from (R4): that it ended and how, and none of
 * its words and tools; null when there is nothing else in it.
 */
export function withoutWords(news: TurnNews): TurnNews | null {
  if (news.name === 'delta' || news.name === 'tool') return null;
  if (news.name !== 'ended') return news;
  const { turn, outcome, reason, by } = news.data;
  const told = { turn, outcome, ...(reason === undefined ? {} : { reason }), ...(by === undefined ? {} : { by }) };
  return { ...news, data: told };
}

/** The same news, told of a ticket afterwards, each with its record's sequence in the journal. */
export function pastNews(facts: TicketFacts, state: LaneState): { readonly at: number; readonly news: TurnNews }[] {
  const start = startOf(facts);
  const past: { at: number; news: TurnNews | null }[] = [
    { at: facts.acceptedSeq, news: queued(facts, state) },
    ...(start ? [{ at: start.startedSeq, news: started(facts) }] : []),
    ...(start?.superseded ?? []).map(({ at, attempt }) => ({ at, news: superseded(facts, attempt) })),
    ...(start?.calls.news ?? []).map(({ at }) => ({ at, news: called(facts, at) })),
    ...(facts.fate.kind === 'ended' ? [{ at: facts.fate.endedSeq, news: ended(facts) }] : []),
  ];
  return past.flatMap(({ at, news }) => (news ? [{ at, news }] : []));
}

export function startOf({ fate }: TicketFacts): StartedFacts | null {
  if (fate.kind === 'waiting') return null;
  return fate.kind === 'running' ? fate : fate.started;
}

function queued(facts: TicketFacts, state: LaneState): TurnNews {
  const { lane, turn } = facts;
  return { lane, turn, name: 'queued', data: turnView({ ...facts, fate: { kind: 'waiting' } }, state) };
}

function started(facts: TicketFacts): TurnNews | null {
  const start = startOf(facts);
  if (start === null) return null;
  const { lane, turn, author } = facts;
  const { promptEntry, payer, permissionEpoch, contextVersion } = start;
  const terms = { principal: author.id, author, audience: lane === 'room' ? 'room' : 'me', payer } as const;
  return {
    lane,
    turn,
    name: 'started',
    data: { turn, prompts: [turn], promptEntry, ...terms, permissionEpoch, contextVersion },
  };
}

/** Whether what was shown of a turn is told anew from that record on. */
function supersededAt(facts: TicketFacts, seq: number): TurnNews | null {
  const told = startOf(facts)?.superseded.find(({ at }) => at === seq);
  return told === undefined ? null : superseded(facts, told.attempt);
}

function superseded({ lane, turn }: TicketFacts, attempt: number): TurnNews {
  return { lane, turn, name: 'superseded', data: { turn, attempt } };
}

/** What was told of a call at that record. */
function called(facts: TicketFacts, seq: number): TurnNews | null {
  const told = startOf(facts)?.calls.news.find(({ at }) => at === seq);
  return told === undefined ? null : { lane: facts.lane, turn: facts.turn, ...told.news };
}

function ended({ lane, turn, fate }: TicketFacts): TurnNews | null {
  if (fate.kind !== 'ended') return null;
  const { outcome, reason, by, answer, usage } = fate;
  const data = { turn, outcome, reason, by, ...(answer ? { text: answer.text } : {}), ...(usage ? { usage } : {}) };
  return { lane, turn, name: 'ended', data };
}
