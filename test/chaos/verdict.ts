import type { JournalRecord, RecordOf } from '@parley/server/core/records';
import type { Entry } from '@parley/shared/entry';
import { isDeepStrictEqual } from 'node:util';
import { fullAnswer } from '../kit/counting-model.ts';
import type { PromiseRecord, PromptAck } from './record.ts';

/** One room as the disk holds it after everything ended. */
export interface RoomAfter {
  readonly records: readonly JournalRecord[];
  /** Lane to the entries of its document. */
  readonly documents: ReadonlyMap<string, readonly Entry[]>;
}

/** Each list names what broke a promise; all of them have to be empty. */
export interface Verdict {
  /** Acknowledged prompts without a ticket, with another ticket than promised, or without an outcome. */
  readonly lostPrompts: readonly string[];
  /** Prompts with more than one ticket, outcome or answer. */
  readonly answeredTwice: readonly string[];
  /** Places given out twice or not in the order of acceptance, and turns that were not next. */
  readonly orderChanged: readonly string[];
  /** Answers that are not what one single call said. */
  readonly splicedAnswers: readonly string[];
  /** Documents that differ from what the journal says they show. */
  readonly documentsApart: readonly string[];
}

type Accepted = RecordOf<'ticket.accepted'>;
type Ended = RecordOf<'ticket.ended'> | RecordOf<'turn.ended'>;

/** Holds what the journal says against what was promised. Nothing in here is the server's own reading of its rules. */
export function judge(
  room: RoomAfter,
  promised: PromiseRecord['prompts'],
  calls: ReadonlyMap<string, number>,
): Verdict {
  const accepted = room.records.filter((record) => record.type === 'ticket.accepted');
  const ended = room.records.filter(
    (record): record is Ended => record.type === 'ticket.ended' || record.type === 'turn.ended',
  );
  return {
    lostPrompts: promised.filter((ack) => isLost(ack, accepted, ended)).map(({ key }) => key),
    answeredTwice: [
      ...repeated(accepted.map(({ author, key }) => `${author.id} ${key}`)),
      ...repeated(ended.map(({ turn }) => turn)),
      ...repeated(answersOf(room)),
    ],
    orderChanged: [...places(accepted), ...overtaken(promised, accepted), ...outOfTurn(room.records)],
    splicedAnswers: ended.filter((end) => isSpliced(end, accepted, calls)).map(({ turn }) => turn),
    documentsApart: [...room.documents]
      .filter(([lane, entries]) => isApart(entries, entriesOf(room.records, lane)))
      .map(([lane]) => lane),
  };
}

function isLost(ack: PromptAck, accepted: readonly Accepted[], ended: readonly Ended[]): boolean {
  const ticket = accepted.find(({ author, key }) => author.id === ack.author && key === ack.key);
  if (ticket === undefined || !ended.some(({ turn }) => turn === ticket.turn)) return true;
  return ack.ticket !== null && (ack.ticket.turn !== ticket.turn || ack.ticket.seq !== ticket.ticketSeq);
}

function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}

function answersOf({ records }: RoomAfter): string[] {
  return records.flatMap((record) => (record.type === 'turn.ended' ? (record.answer?.answers ?? []) : []));
}

/** `seq` counts acceptance in each lane from 1, without gaps. */
function places(accepted: readonly Accepted[]): string[] {
  return [...Map.groupBy(accepted, ({ lane }) => lane).values()].flatMap((tickets) =>
    tickets.filter(({ ticketSeq }, index) => ticketSeq !== index + 1).map(({ turn }) => turn),
  );
}

/** Whoever had an answer before somebody else asked is before them. */
function overtaken(promised: PromiseRecord['prompts'], accepted: readonly Accepted[]): string[] {
  const seqs = new Map(accepted.map(({ author, key, ticketSeq }) => [`${author.id} ${key}`, ticketSeq]));
  const seqOf = ({ author, key }: PromptAck): number => seqs.get(`${author} ${key}`) ?? Number.NaN;
  return promised
    .filter((later) =>
      promised.slice(0, later.sentAfter).some((sooner) => sooner.lane === later.lane && seqOf(sooner) >= seqOf(later)),
    )
    .map(({ key }) => key);
}

/** T19: who has waited longest since their last turn is next, the lowest place among equals; of one person, the first. */
function outOfTurn(records: readonly JournalRecord[]): string[] {
  const waiting = new Map<string, Accepted>();
  const servedAt = new Map<string, number>();
  const wrong: string[] = [];
  records.forEach((record, index) => {
    if (record.type === 'ticket.accepted') waiting.set(record.turn, record);
    if (record.type === 'ticket.ended') waiting.delete(record.turn);
    if (record.type !== 'turn.started') return;
    const inLane = [...waiting.values()].filter(({ lane }) => lane === record.lane);
    const wait = (ticket: Accepted): number => servedAt.get(`${ticket.lane} ${ticket.author.id}`) ?? -1;
    const [next] = inLane.toSorted((a, b) => wait(a) - wait(b) || a.ticketSeq - b.ticketSeq);
    if (next?.turn !== record.turn) wrong.push(record.turn);
    waiting.delete(record.turn);
    servedAt.set(`${record.lane} ${record.entry.author.id}`, index);
  });
  return wrong;
}

/** A completed answer is all that one call said; one that was given up is the beginning of one. */
function isSpliced(end: Ended, accepted: readonly Accepted[], calls: ReadonlyMap<string, number>): boolean {
  if (end.type === 'ticket.ended') return false;
  const marker = /#(.+)#/u.exec(accepted.find(({ turn }) => turn === end.turn)?.text ?? '')?.[1] ?? 'none';
  const made = Array.from({ length: calls.get(marker) ?? 0 }, (_, index) => fullAnswer(marker, index + 1));
  const text = end.answer?.text ?? '';
  return end.outcome === 'completed'
    ? !made.includes(text)
    : text !== '' && !made.some((full) => full.startsWith(text));
}

/** What the journal says a lane shows. */
export function entriesOf(records: readonly JournalRecord[], lane: string): Entry[] {
  return records.flatMap((record) => {
    if (!('lane' in record) || record.lane !== lane) return [];
    if (record.type === 'turn.started' || record.type === 'entry.added') return [record.entry];
    return record.type === 'turn.ended' && record.answer !== undefined ? [record.answer] : [];
  });
}

/** A document is a window: the newest 2,000 entries, or all. */
const WINDOW = 2_000;

function isApart(shown: readonly Entry[], all: readonly Entry[]): boolean {
  if (shown.length < Math.min(all.length, WINDOW)) return true;
  return !isDeepStrictEqual(shown, shown.length === 0 ? [] : all.slice(-shown.length));
}
