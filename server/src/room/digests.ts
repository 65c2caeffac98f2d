import type { RoomView } from '@parley/shared/entry';
import type { LaneKey } from '@parley/shared/ids';
import {
  evolveDigests,
  inForce,
  NO_DIGESTS,
  withoutSource,
  type LaneDigests,
  type Source,
} from '../core/compaction/lane-digests.ts';
import { sourceOf } from '../core/labels/redaction.ts';
import type { JournalRecord } from '../core/records.ts';
import type { Ledger } from './ledger.ts';

/** The digests of every lane of a room; rebuilt from the journal. */
export class Digests {
  readonly #lanes = new Map<LaneKey, LaneDigests>();

  /** Takes in one record of the journal with its sequence; what it redacts is known to `ledger`. */
  apply(record: JournalRecord, seq: number, ledger: Pick<Ledger, 'entry'>): void {
    if (record.type === 'entry.redacted') {
      const entry = ledger.entry(record.entry)?.item.entry;
      return this.#forget(entry === undefined ? null : sourceOf(record.lane, entry));
    }
    if (!record.type.startsWith('digest.') || !('lane' in record)) return;
    this.#lanes.set(record.lane, evolveDigests(this.of(record.lane), record, seq));
  }

  of(lane: LaneKey): LaneDigests {
    return this.#lanes.get(lane) ?? NO_DIGESTS;
  }

  /** What the lane's document says of it; nothing where there never was one. */
  view(lane: LaneKey): Pick<RoomView, 'digest'> {
    const digests = this.of(lane);
    if (!digests.held.some(({ adoptedSeq }) => adoptedSeq !== null)) return {};
    const now = inForce(digests, Number.POSITIVE_INFINITY);
    return { digest: now && { from: now.from, to: now.to } };
  }

  #forget(source: Source | null): void {
    if (source === null) return;
    for (const [lane, digests] of this.#lanes) this.#lanes.set(lane, withoutSource(digests, source));
  }
}
