import type { JournalRecord, RecordOf } from '@parley/server/core/records';
import type { Author, Entry } from '@parley/shared/entry';
import { ClientKey, EntryId, TurnId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { fullAnswer, markerOf } from '../kit/counting-model.ts';
import type { PromptAck } from './record.ts';
import { entriesOf, judge, type Verdict } from './verdict.ts';

const AT = 1;
const SOUND: Verdict = { lostPrompts: [], answeredTwice: [], orderChanged: [], splicedAnswers: [], documentsApart: [] };

function accepted(person: string, number: number, ticketSeq: number): RecordOf<'ticket.accepted'> {
  const author: Author = { id: person, name: person, kind: 'user' };
  const text = `about ${markerOf(person, number)}`;
  return {
    type: 'ticket.accepted',
    lane: 'room',
    turn: turnOf(person, number),
    key: ClientKey.parse(`${person}-${number}`),
    author,
    ticketSeq,
    text,
    tokens: 1,
    at: AT,
  };
}

function turnOf(person: string, number: number): TurnId {
  return TurnId.parse(`t_${person}-${number}`);
}

/** A turn from its start to its end; `text` is what the answer says. */
function turn(ticket: RecordOf<'ticket.accepted'>, seq: number, text: string): JournalRecord[] {
  const { author, lane, turn: id } = ticket;
  const base = { turn: id, author, at: AT } as const;
  const entry: Entry = { ...base, id: EntryId.parse(`e_${seq}`), seq, kind: 'prompt', text: ticket.text };
  const answer: Entry = {
    ...base,
    id: EntryId.parse(`e_${seq + 1}`),
    seq: seq + 1,
    kind: 'answer',
    text,
    answers: [id],
  };
  const context = { from: 1, to: 1, roomTo: 1, hash: '', tokens: 1 };
  return [
    { type: 'turn.started', lane, turn: id, entry, tokens: 1, payer: author.id, turnSeconds: 1, context, at: AT },
    { type: 'turn.ended', lane, turn: id, outcome: 'completed', reason: '', by: 'system', answer, tokens: 1, at: AT },
  ];
}

const ANA = accepted('ana', 1, 1);
const ANA_2 = accepted('ana', 2, 2);
const BEN = accepted('ben', 1, 3);
const RECORDS: readonly JournalRecord[] = [
  ANA,
  ANA_2,
  BEN,
  ...turn(ANA, 1, fullAnswer('ana-1', 1)),
  ...turn(BEN, 3, fullAnswer('ben-1', 2)),
  ...turn(ANA_2, 5, fullAnswer('ana-2', 1)),
];
const CALLS = new Map([
  ['ana-1', 1],
  ['ben-1', 2],
  ['ana-2', 1],
]);
const PROMISED: readonly PromptAck[] = [promised(ANA, 0), promised(ANA_2, 1), promised(BEN, 2)];

function promised(
  { author, key, lane, turn: id, ticketSeq }: RecordOf<'ticket.accepted'>,
  sentAfter: number,
): PromptAck {
  return { author: author.id, key, lane, ticket: { turn: id, seq: ticketSeq }, sentAfter };
}

function verdict(records = RECORDS, shown = entriesOf(records, 'room'), acks = PROMISED): Verdict {
  return judge({ records, documents: new Map([['room', shown]]) }, [...acks], CALLS);
}

function without(record: JournalRecord | undefined): JournalRecord[] {
  return RECORDS.filter((other) => other !== record);
}

test('a run in which every promise was kept is found sound', () => {
  expect(verdict()).toEqual(SOUND);
});

test('a prompt without a ticket, with another ticket or without an outcome is lost', () => {
  expect(verdict(without(BEN)).lostPrompts).toEqual(['ben-1']);
  expect(verdict(without(RECORDS.at(-1))).lostPrompts).toEqual(['ana-2']);
  const other = PROMISED.map((ack) => ({ ...ack, ticket: { turn: ack.ticket?.turn ?? '', seq: 9 } }));
  expect(verdict(RECORDS, undefined, other).lostPrompts).toEqual(['ana-1', 'ana-2', 'ben-1']);
});

test('a second ticket, outcome or answer is found', () => {
  expect(verdict([...RECORDS, ...turn(BEN, 7, fullAnswer('ben-1', 1)).slice(1)]).answeredTwice).toEqual([
    BEN.turn,
    BEN.turn,
  ]);
  expect(verdict([...RECORDS, { ...BEN, turn: TurnId.parse('t_again'), ticketSeq: 4 }]).answeredTwice).toEqual([
    'ben ben-1',
  ]);
});

test('a place given twice, a promise overtaken and a turn out of turn are found', () => {
  expect(verdict(RECORDS.map((record) => (record === BEN ? { ...BEN, ticketSeq: 2 } : record))).orderChanged).toContain(
    BEN.turn,
  );
  const late = [promised(BEN, 0), promised(ANA, 1), promised(ANA_2, 2)];
  expect(verdict(RECORDS, undefined, late).orderChanged).toEqual(['ana-1', 'ana-2']);
  const greedy = [
    ANA,
    ANA_2,
    BEN,
    ...turn(ANA, 1, fullAnswer('ana-1', 1)),
    ...turn(ANA_2, 3, fullAnswer('ana-2', 1)),
    ...turn(BEN, 5, fullAnswer('ben-1', 1)),
  ];
  expect(verdict(greedy).orderChanged).toEqual([ANA_2.turn]);
});

test('an answer put together from two calls, or cut, is found', () => {
  const half = Math.floor(fullAnswer('ben-1', 1).length / 2);
  const spliced = fullAnswer('ben-1', 1).slice(0, half) + fullAnswer('ben-1', 2).slice(half);
  for (const text of [spliced, fullAnswer('ben-1', 1).slice(0, half), fullAnswer('ben-1', 3)]) {
    expect(verdict([...without(BEN).slice(0, 4), BEN, ...turn(BEN, 3, text)]).splicedAnswers).toEqual([BEN.turn]);
  }
});

test('a document that lacks, adds or changes an entry is found', () => {
  const shown = entriesOf(RECORDS, 'room');
  expect(verdict(RECORDS, shown.slice(1)).documentsApart).toEqual(['room']);
  expect(verdict(RECORDS, shown.slice(0, -1)).documentsApart).toEqual(['room']);
  expect(verdict(RECORDS, shown.with(0, shown.at(-1) as Entry)).documentsApart).toEqual(['room']);
});
