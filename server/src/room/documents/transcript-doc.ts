import { APPROVALS, ENTRIES, LIVE, ROOM, TURNS } from '@parley/shared/documents';
import type { Entry, RoomView, TicketView } from '@parley/shared/entry';
import type { EntryId, TurnId } from '@parley/shared/ids';
import type { ApprovalView } from '@parley/shared/tools';
import { equalityDeep } from 'lib0/function';
import * as Y from 'yjs';
import { redactedEntry, withoutRepeatsOf } from '../../core/labels/redact-records.ts';
import { giveUpClocks } from './lost-text.ts';
import type { StoredDoc } from './stored-doc.ts';

/** A transcript shows this many of the newest entries, and up to a step more. */
export const WINDOW = 2_000;
export const WINDOW_STEP = 200;

/** What may be written into a transcript; each method changes only what differs. */
export interface TranscriptWriter {
  /** Entries come in the order of `seq`. */
  addEntry(entry: Entry): void;
  /** Takes the words of an entry of this place away, and what others repeat of it; of one before the window only that it happened is shown. */
  redactEntry(entry: EntryId, by: string): void;
  /** Shows exactly these tickets. */
  setTickets(views: readonly TicketView[]): void;
  /** Opens the text of a running answer, or empties it when a new attempt begins. */
  startLive(turn: TurnId): void;
  appendLive(turn: TurnId, text: string): void;
  /** For good: the turn is over. */
  clearLive(turn: TurnId): void;
  setRoom(view: Partial<RoomView>): void;
  /** Shows exactly these to the one person whose document it is. */
  setApprovals(views: readonly ApprovalView[]): void;
}

/** The document that shows one lane. Only the server writes it, so it is a view of the journal and nothing else. */
export class TranscriptDoc {
  readonly #stored: StoredDoc;
  readonly #writer: TranscriptWriter;

  constructor(stored: StoredDoc) {
    this.#stored = stored;
    this.#writer = new Writer(stored.doc);
  }

  /** Writes in one transaction; the V1 update to commit in this tick, or null when nothing changed. */
  change(write: (writer: TranscriptWriter) => void): Uint8Array | null {
    return this.#stored.change(() => write(this.#writer));
  }

  /**
   * Takes back what whoever ran the room before may have shown of an answer and not stored (D2); the update to commit
   * in this tick, or null where no answer was under way. Before anything else is written.
   */
  takeBackUnstored(): Uint8Array | null {
    const running = this.#stored.doc.getMap(LIVE).size > 0;
    return running ? this.#stored.change(giveUpClocks) : null;
  }

  /** The answer of a turn as far as it is shown; empty when none is. */
  liveText(turn: TurnId): string {
    return this.liveTextOrNull(turn) ?? '';
  }

  /** Null when no text of this turn stands here, not even an empty one. */
  liveTextOrNull(turn: TurnId): string | null {
    return liveOf(this.#stored.doc, turn)?.toString() ?? null;
  }

  /** `seq` of the newest entry; 0 when there is none. */
  get lastSeq(): number {
    const entries = this.#stored.doc.getArray<Entry>(ENTRIES);
    return entries.length === 0 ? 0 : entries.get(entries.length - 1).seq;
  }

  entries(): readonly Entry[] {
    return this.#stored.doc.getArray<Entry>(ENTRIES).toArray();
  }
}

class Writer implements TranscriptWriter {
  readonly #doc: Y.Doc;
  readonly #entries: Y.Array<Entry>;
  readonly #turns: Y.Map<TicketView>;
  readonly #live: Y.Map<Y.Text>;
  readonly #room: Y.Map<unknown>;
  readonly #approvals: Y.Map<ApprovalView>;
  /** What `#turns` holds: to read that is to walk over every turn there ever was. */
  #tickets: ReadonlyMap<string, TicketView>;

  constructor(doc: Y.Doc) {
    this.#doc = doc;
    this.#entries = doc.getArray(ENTRIES);
    this.#turns = doc.getMap(TURNS);
    this.#live = doc.getMap(LIVE);
    this.#room = doc.getMap(ROOM);
    this.#approvals = doc.getMap(APPROVALS);
    this.#tickets = new Map(this.#turns.entries());
  }

  addEntry(entry: Entry): void {
    if (this.#entries.length === 0) this.setRoom({ firstSeq: entry.seq });
    // `push` walks the whole list, former entries too; inserting remembers where the end is.
    this.#entries.insert(this.#entries.length, [entry]);
    if (this.#entries.length >= WINDOW + WINDOW_STEP) this.#trim();
  }

  redactEntry(id: EntryId, by: string): void {
    const entries = this.#entries.toArray();
    if (!entries.some((entry) => entry.id === id)) this.#countPast();
    const gone = new Set([id]);
    entries.forEach((entry, at) => {
      const changed = entry.id === id ? redactedEntry(entry, by) : withoutRepeatsOf(entry, gone);
      if (changed !== entry) this.#replaceEntry(at, changed);
    });
  }

  setTickets(views: readonly TicketView[]): void {
    const shown = this.#tickets;
    this.#tickets = new Map(views.map((view) => [view.turn, view]));
    for (const turn of shown.keys()) if (!this.#tickets.has(turn)) this.#turns.delete(turn);
    for (const view of views) if (!equalityDeep(shown.get(view.turn), view)) this.#turns.set(view.turn, view);
  }

  startLive(turn: TurnId): void {
    const text = liveOf(this.#doc, turn);
    if (text === null) this.#live.set(turn, new Y.Text());
    // The same text is used again: a key of `live`, once dropped, never comes back (see transcript-state.ts).
    else if (text.length > 0) text.delete(0, text.length);
  }

  appendLive(turn: TurnId, text: string): void {
    const live = liveOf(this.#doc, turn);
    if (live !== null && text !== '') live.insert(live.length, text);
  }

  clearLive(turn: TurnId): void {
    if (this.#live.has(turn)) this.#live.delete(turn);
  }

  setRoom(view: Partial<RoomView>): void {
    for (const [key, value] of Object.entries(view)) {
      // Null: not any more. Where it never was, nothing is said of it.
      if (value === null && !this.#room.has(key)) continue;
      if (!equalityDeep(this.#room.get(key), value)) this.#room.set(key, value);
    }
  }

  setApprovals(views: readonly ApprovalView[]): void {
    const shown = new Set<string>(views.map(({ id }) => id));
    for (const id of [...this.#approvals.keys()]) if (!shown.has(id)) this.#approvals.delete(id);
    for (const view of views) if (!this.#approvals.has(view.id)) this.#approvals.set(view.id, view);
  }

  /** Behind the old one, so that it refers to that and not to what was before the window (see transcript-state.ts). */
  #replaceEntry(at: number, entry: Entry): void {
    this.#entries.insert(at + 1, [entry]);
    this.#entries.delete(at);
  }

  #countPast(): void {
    const before = this.#room.get('pastRedactions');
    this.setRoom({ pastRedactions: (typeof before === 'number' ? before : 0) + 1 });
  }

  #trim(): void {
    this.#entries.delete(0, this.#entries.length - WINDOW);
    const first = this.#entries.get(0);
    this.setRoom({ firstSeq: first.seq });
  }
}

function liveOf(doc: Y.Doc, turn: TurnId): Y.Text | null {
  return doc.getMap<Y.Text>(LIVE).get(turn) ?? null;
}
