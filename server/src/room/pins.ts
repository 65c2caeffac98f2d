import type { RoomView } from '@parley/shared/entry';
import type { EntryId, LaneKey, TurnId } from '@parley/shared/ids';
import type { PinKind } from '@parley/shared/pin-kind';
import type { PinnedRow, Pins as SentPins } from '../core/compaction/pinned-row.ts';
import { isSent } from '../core/context/sealed-order.ts';
import type { JournalRecord, RecordOf } from '../core/records.ts';
import type { Ledger } from './ledger.ts';

/** An entry that is or was pinned; `…Seq` are sequences in the journal. */
export interface Pin {
  readonly entry: EntryId;
  readonly as: PinKind;
  readonly by: string;
  readonly at: number;
  readonly tokens: number;
  readonly pinnedSeq: number;
  /** Null while it is pinned. */
  readonly goneSeq: number | null;
}

interface Failure {
  readonly turn: TurnId;
  readonly seq: number;
  readonly row: PinnedRow;
}

interface LanePins {
  pins: Pin[];
  failures: Failure[];
}

/** Of calls that failed, the newest are told. */
const FAILURES = 4;
const FAILED: ReadonlySet<string> = new Set(['failed', 'unknown']);

/** What people pinned in each lane of a room, and which calls failed in it (C3); rebuilt from the journal. */
export class Pins {
  readonly #lanes = new Map<LaneKey, LanePins>();

  /** Takes in one record, which `ledger` has taken in before. */
  apply(record: JournalRecord, seq: number, ledger: Ledger): void {
    switch (record.type) {
      case 'entry.pinned':
        this.#pin(record, seq);
        return;
      case 'entry.unpinned':
        this.#unpin(record.lane, record.entry, seq);
        return;
      case 'entry.redacted':
        this.#redacted(record, seq, ledger);
        return;
      case 'call.ended':
        this.#called(record, seq, ledger);
        return;
      default:
    }
  }

  /** What is pinned in a lane now, in the order in which it was. */
  now(lane: LaneKey): readonly Pin[] {
    return this.#of(lane).pins.filter(({ goneSeq }) => goneSeq === null);
  }

  /** What the lane's document says of them; nothing where there never were any. */
  view(lane: LaneKey): Pick<RoomView, 'pins'> {
    if (this.#of(lane).pins.length === 0) return {};
    return { pins: Object.fromEntries(this.now(lane).map(({ entry, as }) => [entry, as])) };
  }

  /**
   * The rows as they were when the journal held less than `before`: those of `headSeq` stand at the head of what is
   * sent for as long as its digest does, and what came or went since is said last.
   */
  sent(
    lane: LaneKey,
    ledger: Ledger,
    { headSeq, before }: { readonly headSeq: number; readonly before: number },
  ): SentPins {
    const { pins, failures } = this.#of(lane);
    const known = pins.filter(({ pinnedSeq }) => pinnedSeq < before);
    const isUp = ({ goneSeq }: Pin, seq: number): boolean => goneSeq === null || goneSeq >= seq;
    const head = known.filter((pin) => pin.pinnedSeq < headSeq && isUp(pin, headSeq));
    const since = known.filter((pin) => pin.pinnedSeq >= headSeq && isUp(pin, before));
    const failed = (from: number, to: number): PinnedRow[] =>
      failures
        .filter(({ seq }) => seq >= from && seq < to)
        .slice(-FAILURES)
        .map(({ row }) => row);
    return {
      head: [...head.flatMap((pin) => rowOf(pin, ledger)), ...failed(0, headSeq)],
      since: [...since.flatMap((pin) => rowOf(pin, ledger)), ...failed(headSeq, before)],
      gone: head.filter((pin) => !isUp(pin, before)).map(({ entry }) => entry),
    };
  }

  #pin({ lane, entry, as, by, at, tokens }: RecordOf<'entry.pinned'>, pinnedSeq: number): void {
    this.#unpin(lane, entry, pinnedSeq);
    this.#of(lane).pins.push({ entry, as, by, at, tokens, pinnedSeq, goneSeq: null });
  }

  #unpin(lane: LaneKey, entry: EntryId, goneSeq: number): void {
    const own = this.#of(lane);
    own.pins = own.pins.map((pin) => (pin.entry === entry && pin.goneSeq === null ? { ...pin, goneSeq } : pin));
  }

  /** R14: no row says anything of it any more. */
  #redacted({ lane, entry }: RecordOf<'entry.redacted'>, seq: number, ledger: Ledger): void {
    this.#unpin(lane, entry, seq);
    const known = ledger.entry(entry)?.item.entry;
    if (known?.kind !== 'answer') return;
    const own = this.#of(lane);
    own.failures = own.failures.filter(({ turn }) => turn !== known.turn);
  }

  /** R4: of a turn that was built on what not everybody may read, nothing is said here. */
  #called(
    { lane, turn, call: id, outcome, content, tokens }: RecordOf<'call.ended'>,
    seq: number,
    ledger: Ledger,
  ): void {
    const fate = ledger.ticket(turn)?.fate;
    if (!FAILED.has(outcome) || content === '' || fate?.kind !== 'running' || fate.resources.length > 0) return;
    const proposed = fate.calls.proposed.find((each) => each.id === id);
    if (proposed === undefined) return;
    const row = { kind: 'call', call: proposed.call, reason: content, influence: fate.influence, tokens } as const;
    this.#of(lane).failures.push({ turn, seq, row });
  }

  #of(lane: LaneKey): LanePins {
    const known = this.#lanes.get(lane) ?? { pins: [], failures: [] };
    this.#lanes.set(lane, known);
    return known;
  }
}

function rowOf({ entry, as, by, tokens }: Pin, ledger: Ledger): PinnedRow[] {
  const item = ledger.entry(entry)?.item;
  return item === undefined || !isSent(item) ? [] : [{ kind: 'entry', as, by, tokens, item }];
}
