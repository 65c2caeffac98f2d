import { must } from '@parley/shared/assert';
import { transcriptOf, type DocKey, type ShelfName } from '@parley/shared/documents';
import { privateLane, type LaneKey, type RoomId, type TurnId, type UserId } from '@parley/shared/ids';
import type { AuditLine } from '../core/audit-lines.ts';
import { learned, NOTHING_KNOWN, type Forecast } from '../core/budget/forecast.ts';
import type { LaneState } from '../core/arbiter/lane.ts';
import type { JournalRecord } from '../core/records.ts';
import { ABSENT, evolveRoom, isBusy, type PresentRoom, type RoomState } from '../core/room-state.ts';
import type { OwnerMessage } from '../ports/bus.ts';
import type { StoredRecord } from '../ports/journal.ts';
import type { Clock, Digest } from '../ports/system.ts';
import { AuditTrail } from './audit-trail.ts';
import { Digests } from './digests.ts';
import type { Documents } from './documents/documents.ts';
import type { EventSource } from './turns/event-backlog.ts';
import { byLane } from './lane-records.ts';
import { Ledger } from './ledger.ts';
import { listingOf, touchesListing, touchesTitle, waitingIn } from './listing.ts';
import { Pins } from './pins.ts';
import type { Afterwards, Pipeline, Writing } from './pipeline.ts';
import { RepeatMarks } from './repeat-marks.ts';
import type { Shelf } from './stacks.ts';
import { together, Transcripts, type Shown } from './transcripts.ts';
import { NotesInfluence } from './turns/notes-influence.ts';
import { delta, newsOf } from './turns/turn-events.ts';
import { Watchers, type MayReadAnswer } from './turns/watchers.ts';
import { Warmths } from './warmths.ts';

export interface ChronicleDeps {
  readonly pipeline: Pipeline;
  readonly documents: Documents;
  readonly digest: Digest;
  readonly room: RoomId;
  readonly clock: Clock;
  /** Hears of a shelf that was not there before. */
  readonly grown: () => void;
  /** Hears of records once they are durable. */
  readonly written: (records: readonly JournalRecord[]) => void;
  readonly mayReadAnswer: MayReadAnswer;
}

/**
 * The one way in which facts enter a room: fold them into the state, remember them, show them in the
 * documents, tell those who watch, and write all of it in one commit.
 */
export class Chronicle {
  readonly ledger = new Ledger();
  readonly notes = new NotesInfluence();
  readonly digests = new Digests();
  readonly pins = new Pins();
  readonly warmths = new Warmths();
  readonly watchers: Watchers;
  readonly trail: AuditTrail;
  readonly #pipeline: Pipeline;
  readonly #documents: Documents;
  readonly #transcripts: Transcripts;
  readonly #grown: () => void;
  readonly #written: ChronicleDeps['written'];
  readonly #mayReadAnswer: MayReadAnswer;
  readonly #marks = new RepeatMarks(this.ledger);
  #state: RoomState = ABSENT;
  /** Of each lane alone: what is private teaches nobody else anything (R9). */
  readonly #forecasts = new Map<LaneKey, Forecast>();
  #busy = false;
  /** As it was written last; null: not since the room was opened. */
  #waiting: number | null = null;

  constructor({ pipeline, documents, digest, room, clock, grown, written, mayReadAnswer }: ChronicleDeps) {
    this.#pipeline = pipeline;
    this.#documents = documents;
    this.trail = new AuditTrail({
      room,
      clock,
      ticket: (turn) => this.ledger.ticket(turn),
      isOwn: (user, entry) => this.ledger.entries(privateLane(user)).some((own) => own.entry.id === entry),
    });
    this.#grown = grown;
    this.#written = written;
    this.#mayReadAnswer = mayReadAnswer;
    this.watchers = new Watchers(mayReadAnswer);
    this.#transcripts = new Transcripts({
      ...{ documents, digest, ledger: this.ledger, room: () => this.room },
      remembered: (lane) => ({ ...this.digests.view(lane), ...this.pins.view(lane) }),
    });
  }

  get state(): RoomState {
    return this.#state;
  }

  /** The room; call it only where the room was seen to be there. */
  get room(): PresentRoom {
    if (this.#state.kind !== 'present') throw new Error('must: the room is present');
    return this.#state;
  }

  /** How long answers in a lane are. */
  forecast(lane: LaneKey): Forecast {
    return this.#forecasts.get(lane) ?? NOTHING_KNOWN;
  }

  /** Whether any lane has work. */
  get busy(): boolean {
    return this.#busy;
  }

  laneState(lane: LaneKey): LaneState {
    return must(this.room.lanes.get(lane), 'a lane with tickets is open').state;
  }

  /** Whether a turn was told to end by somebody who let its speaker keep their rights. */
  isStopped(lane: LaneKey, turn: TurnId): boolean {
    const state = this.laneState(lane);
    return state.kind === 'stopping' && state.running.turn === turn && state.stop.outcome !== 'revoked';
  }

  /** Takes in what the journal already holds. */
  restore(records: readonly StoredRecord[]): void {
    this.#documents.restore(records);
    for (const { record, seq } of records) {
      this.#remember(record, seq);
      this.trail.remember(record);
    }
    this.#busy = this.#state.kind === 'present' && isBusy(this.#state);
  }

  /** Loads a lane's document; records of a lane may be written only after that. */
  async load(lane: LaneKey): Promise<void> {
    await this.#transcripts.load(lane);
    const shown = this.#transcripts.open(lane);
    this.#pipeline.commit({ updates: shown.updates }, ...shown.messages);
  }

  /** Writes records; `afterwards` happens when they are durable. */
  write(records: readonly JournalRecord[], ...afterwards: readonly Afterwards[]): void {
    const shelves = this.ledger.shelfCount;
    const { writing, messages } = this.#take(this.#marks.marked(records));
    this.#pipeline.commit(writing, ...messages, ...afterwards, () => this.#written(records));
    if (this.ledger.shelfCount > shelves) this.#grown();
  }

  /**
   * Writes records that take words away, with what that rewrites, in one step (R14). `docs` are all that held some
   * of the words, at rest.
   */
  erase(records: readonly JournalRecord[], rewritten: readonly StoredRecord[], docs: readonly DocKey[]): void {
    const { writing, messages } = this.#take(records);
    const { compacted, landed } = this.#documents.rewritten(docs);
    this.#pipeline.commit({ ...writing, redaction: { rewritten, compacted } }, landed, ...messages);
  }

  /** The documents that show a lane: its own, and those for what in it was made from resources. */
  docsOf(lane: LaneKey): readonly DocKey[] {
    return [transcriptOf(lane), ...this.ledger.shelves(lane).map((shelf) => this.#transcripts.nameOf(shelf))];
  }

  /** Shows who waits in a lane now. */
  showQueue(lane: LaneKey): void {
    const shown = this.#transcripts.show(lane, [], new Map());
    this.#pipeline.commit({ updates: shown.updates }, ...shown.messages);
  }

  /** Shows a piece of the running answer; `end` is its length with this piece. */
  showText(lane: LaneKey, turn: TurnId, piece: string, end: number): void {
    const { updates, messages } = this.#transcripts.append(lane, turn, piece);
    this.#pipeline.stream(updates, ...messages, ...this.#deltas(turn, piece, end));
  }

  /** How many sockets the text of a running turn is written to. */
  readersOf(lane: LaneKey, turn: TurnId): number {
    return this.#documents.readersOf(this.#transcripts.placeOf(lane, turn));
  }

  /** Tells those who follow pieces of a text that the document gets another way. */
  tellText(turn: TurnId, piece: string, end: number): void {
    this.#pipeline.say(...this.#deltas(turn, piece, end));
  }

  /** The answer of a turn as far as it is shown. */
  shownText(lane: LaneKey, turn: TurnId): string {
    return this.#transcripts.liveText(lane, turn);
  }

  shelfName(shelf: Pick<Shelf, 'lane' | 'resources'>): ShelfName {
    return this.#transcripts.nameOf(shelf);
  }

  /** What those who follow turns are told of the past. */
  eventSource(): EventSource {
    return {
      tickets: this.ledger.tickets(),
      laneState: (lane) => this.laneState(lane),
      shownText: ({ lane, turn }) => this.shownText(lane, turn),
      mayReadAnswer: this.#mayReadAnswer,
    };
  }

  /** Puts lines on record that no record of the room's brings (T50). */
  putOnRecord(audit: readonly AuditLine[]): void {
    this.#pipeline.commit({ audit });
  }

  /** Says something after everything written so far. */
  say(...afterwards: readonly Afterwards[]): void {
    this.#pipeline.say(...afterwards);
  }

  /** Takes records in, in memory: what is to be written, and what is said when it is. */
  #take(records: readonly JournalRecord[]): { readonly writing: Writing; readonly messages: readonly Afterwards[] } {
    const first = this.#pipeline.seq + 1;
    const before = this.#placesBefore(records);
    records.forEach((record, index) => this.#remember(record, first + index));
    const { updates, messages } = together([this.#showAll(records, before), this.#showApprovals(records)]);
    const events = records.flatMap((record, index) => this.#eventsOf({ record, seq: first + index }));
    return { writing: this.#writing(records, updates), messages: [...messages, ...events] };
  }

  #remember(record: JournalRecord, seq: number): void {
    this.#state = evolveRoom(this.#state, record);
    this.ledger.apply(record, seq);
    if (record.type === 'attempt.settled')
      this.#forecasts.set(record.lane, learned(this.forecast(record.lane), record));
    this.digests.apply(record, seq, this.ledger);
    this.pins.apply(record, seq, this.ledger);
    this.warmths.apply(record, this.ledger);
    this.notes.apply(record, (turn) => this.ledger.ticket(turn));
  }

  /** Where the texts of turns that run are shown now. */
  #placesBefore(records: readonly JournalRecord[]): Map<LaneKey, Map<TurnId, DocKey>> {
    const lanes = new Map<LaneKey, Map<TurnId, DocKey>>();
    for (const [lane, own] of byLane(records)) {
      const turns = new Set(own.flatMap((record) => ('turn' in record ? [record.turn] : [])));
      lanes.set(lane, new Map([...turns].map((turn) => [turn, this.#transcripts.placeOf(lane, turn)])));
    }
    return lanes;
  }

  #showAll(records: readonly JournalRecord[], before: ReadonlyMap<LaneKey, ReadonlyMap<TurnId, DocKey>>): Shown {
    const shown = [...byLane(records)].map(([lane, own]) =>
      this.#transcripts.show(lane, own, before.get(lane) ?? new Map()),
    );
    if (records.some(touchesTitle)) shown.push(this.#transcripts.showRoom());
    return { updates: shown.flatMap(({ updates }) => updates), messages: shown.flatMap(({ messages }) => messages) };
  }

  #writing(records: readonly JournalRecord[], updates: Shown['updates']): Writing {
    const present = this.#state.kind === 'present';
    const busy = present && isBusy(this.room);
    const waiting = present ? waitingIn(this.room) : 0;
    const [busyChanged, waitingChanged] = [busy !== this.#busy, waiting !== this.#waiting];
    this.#busy = busy;
    this.#waiting = waiting;
    return {
      records,
      updates,
      ...this.trail.linesOf(records),
      ...(busyChanged ? { busy } : {}),
      ...(waitingChanged ? { waiting } : {}),
      ...(records.some(touchesListing) ? { listing: present ? listingOf(this.room) : null } : {}),
    };
  }

  /** T38, T41: whoever is asked, or not any more, sees it in their own document and nobody else does. */
  #showApprovals(records: readonly JournalRecord[]): Shown {
    const people = new Set(records.flatMap((record) => this.#askedBy(record)));
    return together([...people].map((user) => this.#transcripts.showApprovals(user)));
  }

  #askedBy(record: JournalRecord): UserId[] {
    if (record.type !== 'call.asked' && record.type !== 'call.decided') return [];
    const facts = this.ledger.ticket(record.turn);
    // Prompts are by people.
    return facts ? [facts.author.id as UserId] : [];
  }

  #eventsOf({ record, seq }: StoredRecord): OwnerMessage[] {
    if (this.watchers.size === 0 || !('turn' in record)) return [];
    const facts = this.ledger.ticket(record.turn);
    const news = facts ? newsOf({ record, seq }, facts, this.laneState(facts.lane)) : null;
    if (news === null) return [];
    const told = this.watchers.address(news);
    return news.name === 'superseded' ? [...told, ...this.#toldBefore(news.lane, news.turn)] : told;
  }

  /** Whoever follows pieces begins anew with a new attempt: what earlier steps said comes first. */
  #toldBefore(lane: LaneKey, turn: TurnId): OwnerMessage[] {
    const text = this.shownText(lane, turn);
    return text === '' ? [] : this.#deltas(turn, text, text.length);
  }

  #deltas(turn: TurnId, piece: string, end: number): OwnerMessage[] {
    const facts = this.watchers.size === 0 ? undefined : this.ledger.ticket(turn);
    return facts ? this.watchers.address(delta(facts, piece), end) : [];
  }
}
