import type { LaneKey } from '@parley/shared/ids';
import type { JournalRecord, RecordOf } from '../records.ts';
import type { Generation } from './generation.ts';

/** One digest of a lane and what became of it. */
interface Held {
  readonly record: RecordOf<'digest.prepared'>;
  /** Sequence of the record that put it in its place; null while it waits. */
  readonly adoptedSeq: number | null;
  /** Where the digest before it ended. */
  readonly shelvesFrom: number;
}

/** The digests of one lane (C13): a fold over its records. */
export interface LaneDigests {
  /** By number, from 1. */
  readonly held: readonly Held[];
  /** Failures since one came that is a digest, and when the last of them was. */
  readonly failures: number;
  readonly failedAt: number;
}
export const NO_DIGESTS: LaneDigests = { held: [], failures: 0, failedAt: 0 };

/** C15: after so many failures in a row none is asked for … */
const MOST_FAILURES = 2;
/** … for so long, and then one. */
const REST_MS = 3_600_000;

/** The state after one more record; one that does not fit changes nothing: a swap is a compare-and-set on the number (C15). */
export function evolveDigests(digests: LaneDigests, record: JournalRecord, seq: number): LaneDigests {
  switch (record.type) {
    case 'digest.prepared': {
      if (record.generation !== lastNumber(digests) + 1) return digests;
      const shelvesFrom = digests.held.findLast(({ adoptedSeq }) => adoptedSeq !== null)?.record.to ?? 0;
      return { held: [...digests.held, { record, adoptedSeq: null, shelvesFrom }], failures: 0, failedAt: 0 };
    }
    case 'digest.adopted':
      return waiting(digests)?.number === record.generation ? adopted(digests, seq) : digests;
    case 'digest.failed':
      return { ...digests, failures: digests.failures + 1, failedAt: record.at };
    default:
      return digests;
  }
}

/** The number of the newest one, whatever became of it. */
export function lastNumber({ held }: LaneDigests): number {
  return held.at(-1)?.record.generation ?? 0;
}

/** The one that waits for its moment. */
export function waiting({ held }: LaneDigests): Generation | null {
  const last = held.at(-1);
  return last === undefined || last.adoptedSeq !== null ? null : generationOf(last);
}

/** What stood for the older part when the journal held less than `recordSeq`. */
export function inForce({ held }: LaneDigests, recordSeq: number): Generation | null {
  const last = held.findLast(({ adoptedSeq }) => adoptedSeq !== null && adoptedSeq < recordSeq);
  return last === undefined ? null : generationOf(last);
}

/** Whether the model may be asked for a digest now. */
export function mayAsk(digests: LaneDigests, now: number): boolean {
  return now >= restsUntil(digests);
}

/** From when on it may be; 0: at any time. */
export function restsUntil({ failures, failedAt }: LaneDigests): number {
  return failures < MOST_FAILURES ? 0 : failedAt + REST_MS;
}

/** R14: what was made from an entry of a lane, at this place of its document, has no words any more. */
export function withoutSource(digests: LaneDigests, source: Source): LaneDigests {
  if (!digests.held.some(({ record }) => isMadeFrom(record, source))) return digests;
  const held = digests.held.map((one) => ({ ...one, record: withoutText(one.record, source) }));
  return { ...digests, held };
}

/** An entry of a lane's own document. */
export interface Source {
  readonly lane: LaneKey;
  readonly seq: number;
}

export function isMadeFrom({ lane, seenTo, roomSeenTo }: RecordOf<'digest.prepared'>, source: Source): boolean {
  if (source.lane === lane) return source.seq <= seenTo;
  return source.lane === 'room' && source.seq <= roomSeenTo;
}

/** The same record where it was not made from it. */
export function withoutText(record: RecordOf<'digest.prepared'>, source: Source): RecordOf<'digest.prepared'> {
  return isMadeFrom(record, source) ? { ...record, text: '', tokens: 0, sources: '' } : record;
}

function adopted(digests: LaneDigests, seq: number): LaneDigests {
  const last = digests.held.at(-1);
  return last === undefined
    ? digests
    : { ...digests, held: [...digests.held.slice(0, -1), { ...last, adoptedSeq: seq }] };
}

/** Null: a source of it was taken away, so its sources are sent one by one again (R7). */
function generationOf({ record, adoptedSeq, shelvesFrom }: Held): Generation | null {
  const { generation: number, at, from, to, text, tokens, kept, influence } = record;
  const since = adoptedSeq ?? 0;
  return text === '' ? null : { number, at, since, from, to, shelvesFrom, text, tokens, kept, influence };
}
