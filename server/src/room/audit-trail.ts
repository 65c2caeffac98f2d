import type { Command } from '@parley/shared/commands';
import type { FaultCode } from '@parley/shared/fault';
import type { EntryId, LaneKey, RoomId, TurnId, UserId } from '@parley/shared/ids';
import { doneLine, isDecision, isRecordedRead, refusedLine, type Asked, type AuditLine } from '../core/audit-lines.ts';
import { recordLine, uncommandedLine, usageLine, type UsageLine } from '../core/audit-records.ts';
import type { JournalRecord } from '../core/records.ts';
import type { Clock } from '../ports/system.ts';
import { RateWindow } from './rate-window.ts';

/** Lines for refusals of one person in a minute; what is beyond is counted and told in one line. */
export const REFUSALS_PER_MINUTE = 60;

export interface AuditTrailDeps {
  readonly room: RoomId;
  readonly clock: Clock;
  ticket(turn: TurnId): { readonly lane: LaneKey; readonly author: { readonly id: string } } | undefined;
  /** Whether an entry stands in this person's own lane. */
  isOwn(user: UserId, entry: EntryId): boolean;
}

export interface AuditLines {
  readonly audit: readonly AuditLine[];
  readonly usage: readonly UsageLine[];
}

/**
 * What a room puts on record beside its journal (T50). It is told of each command before it is judged and of
 * everything that is written, and says which lines belong in the same commit.
 */
export class AuditTrail {
  readonly #deps: AuditTrailDeps;
  readonly #rates = new RateWindow();
  /** Refusals that got no line yet. */
  readonly #untold = new Map<string, Pick<AuditLine, 'by' | 'private'> & { readonly count: number }>();
  /** Functions that the turns which run have asked for. */
  readonly #calls = new Map<TurnId, Map<string, string>>();
  #asked: Asked | null = null;
  #told = false;

  constructor(deps: AuditTrailDeps) {
    this.#deps = deps;
  }

  /** Somebody asks; everything that is decided until {@link end} is theirs. */
  begin(by: UserId, command: Command): void {
    this.#asked = { room: this.#deps.room, by, command, at: this.#deps.clock.now() };
    this.#told = false;
  }

  /** They were answered; `refused` is null when it was done. */
  end(refused: FaultCode | null): readonly AuditLine[] {
    const asked = this.#asked;
    this.#asked = null;
    if (asked === null) return [];
    if (refused !== null) return this.#refused(asked, refused);
    return !this.#told && isRecordedRead(asked) ? [doneLine(asked, [])] : [];
  }

  /** Lines for what is written. */
  linesOf(records: readonly JournalRecord[]): AuditLines {
    const { room } = this.#deps;
    const audit = this.#decided(records);
    const usage: UsageLine[] = [];
    for (const record of records) {
      this.remember(record);
      const line = recordLine(room, record, this);
      if (line !== null) audit.push(line);
      const used = usageLine(room, record);
      if (used !== null) usage.push(used);
    }
    return { audit, usage };
  }

  /** Takes in a record that was written before: what later ones leave out stands in earlier ones. */
  remember(record: JournalRecord): void {
    if (record.type === 'turn.ended') this.#calls.delete(record.turn);
    if (record.type !== 'turn.stepped') return;
    const known = this.#calls.get(record.turn) ?? new Map<string, string>();
    for (const { id, call } of record.calls) known.set(id, call);
    this.#calls.set(record.turn, known);
  }

  /** What was counted and not told, for a room that is left. */
  rest(): readonly AuditLine[] {
    return [...this.#untold.keys()].flatMap((source) => this.#more(source));
  }

  laneOf(turn: TurnId): LaneKey | undefined {
    return this.#deps.ticket(turn)?.lane;
  }

  isOwn(user: UserId, entry: EntryId): boolean {
    return this.#deps.isOwn(user, entry);
  }

  speakerOf(turn: TurnId): string {
    return this.#deps.ticket(turn)?.author.id ?? 'system';
  }

  nameOf(turn: TurnId, call: string): string {
    return this.#calls.get(turn)?.get(call) ?? 'unknown';
  }

  #decided(records: readonly JournalRecord[]): AuditLine[] {
    const asked = this.#asked;
    if (asked === null) return records.flatMap((record) => uncommandedLine(this.#deps.room, record) ?? []);
    if (this.#told || !isDecision(records, asked)) return [];
    this.#told = true;
    return [doneLine(asked, records)];
  }

  #refused(asked: Asked, code: FaultCode): AuditLine[] {
    const line = refusedLine(asked, code, this);
    const source = sourceOf(line);
    if (this.#rates.take(source, REFUSALS_PER_MINUTE, asked.at) === null) return [...this.#more(source), line];
    const untold = this.#untold.get(source)?.count ?? 0;
    this.#untold.set(source, { count: untold + 1, by: asked.by, private: line.private });
    return [];
  }

  /** One line for many; its target is how many. */
  #more(source: string): AuditLine[] {
    const untold = this.#untold.get(source);
    if (untold === undefined) return [];
    this.#untold.delete(source);
    const { count, ...whose } = untold;
    const what = { action: 'refusals.more', target: String(count), outcome: 'refused', code: 'rate_limited' } as const;
    return [{ at: this.#deps.clock.now(), room: this.#deps.room, ...whose, ...what }];
  }
}

/** What somebody is refused in private is counted apart: nobody else may learn of it from a count (R9). */
function sourceOf(line: AuditLine): string {
  return line.private === null ? line.by : `${line.by} me`;
}
