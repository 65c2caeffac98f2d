import type { Entry } from '@parley/shared/entry';
import type { TurnId } from '@parley/shared/ids';
import type { ApprovalView } from '@parley/shared/tools';
import type * as Y from 'yjs';
import type { EntryWindow } from './entry-window.ts';
import { NO_ENTRIES, withOlder, withWindow } from './entry-window.ts';
import type { Transcript } from './lane-view.ts';
import {
  EMPTY_LANE,
  readAnswering,
  readApprovals,
  readFirstSeq,
  readKept,
  readPastRedactions,
  readTickets,
  readTitle,
  transcriptIn,
} from './lane-view.ts';
import type { LaneView } from './view.ts';

/** Parts of a lane's view; each is read again only when its own part of the document changed. */
type Part = 'entries' | 'tickets' | 'answering' | 'title' | 'approvals';
interface LaneReaderEvents {
  readonly changed: () => void;
  /** Something from before the document was redacted: what was loaded of the past may hold its words. */
  readonly pastRedacted: () => void;
}

const ALL: readonly Part[] = ['entries', 'tickets', 'answering', 'title', 'approvals'];

/** Turns one transcript document into one lane's view, part by part: a streamed word costs no entries. */
export class LaneReader {
  readonly #events: LaneReaderEvents;
  #transcript: Transcript;
  #detach: () => void;
  readonly #stale = new Set<Part>();
  #window: EntryWindow = NO_ENTRIES;
  #view: LaneView = EMPTY_LANE;
  #title = '';
  #approvals: readonly ApprovalView[] = [];
  #loaded = false;
  #pastRedactions = 0;

  constructor(doc: Y.Doc, events: LaneReaderEvents) {
    this.#events = events;
    this.#transcript = transcriptIn(doc);
    this.#detach = this.#observe();
  }

  get view(): LaneView {
    this.#refresh();
    return this.#view;
  }

  get title(): string {
    this.#refresh();
    return this.#title;
  }

  get approvals(): readonly ApprovalView[] {
    this.#refresh();
    return this.#approvals;
  }

  /** What streams here for a turn; '' when nothing does. */
  liveText(turn: TurnId): string {
    return this.#loaded ? (this.#transcript.live.get(turn)?.toString() ?? '') : '';
  }

  /** Reads another copy of the document from its first sync on; until then the view stays as it is. */
  attach(doc: Y.Doc): void {
    this.#detach();
    this.#loaded = false;
    this.#stale.clear();
    this.#transcript = transcriptIn(doc);
    this.#detach = this.#observe();
  }

  /** The document holds all that the server had. Before that, half a transcript would be shown as all of it. */
  synced(): void {
    if (this.#loaded) return;
    this.#loaded = true;
    this.#seePastRedactions();
    this.#mark(...ALL);
  }

  /** Puts a page of older entries before the first one. */
  prepend(page: readonly Entry[]): void {
    this.#refresh();
    this.#window = withOlder(this.#window, page);
    this.#view = { ...this.#view, entries: this.#window.entries, firstSeq: this.#window.firstSeq };
    this.#events.changed();
  }

  /** Lets go of every page of older entries, and tells which entry they began with; null when there were none. */
  forgetPast(): number | null {
    const { older, firstSeq } = this.#window;
    this.#window = NO_ENTRIES;
    this.#mark('entries');
    return older > 0 ? firstSeq : null;
  }

  close(): void {
    this.#detach();
  }

  #observe(): () => void {
    const { entries, turns, live, room, approvals } = this.#transcript;
    const onEntries = () => this.#mark('entries');
    const onTurns = () => this.#mark('tickets');
    const onApprovals = () => this.#mark('approvals');
    const onLive = () => this.#mark('answering');
    const onRoom = ({ keysChanged }: Y.YMapEvent<unknown>) => {
      this.#seePastRedactions();
      this.#mark('answering', 'title', ...(keysChanged.has('firstSeq') ? (['entries'] as const) : []));
    };
    entries.observe(onEntries);
    turns.observe(onTurns);
    live.observeDeep(onLive);
    room.observe(onRoom);
    approvals.observe(onApprovals);
    return () => {
      entries.unobserve(onEntries);
      turns.unobserve(onTurns);
      live.unobserveDeep(onLive);
      room.unobserve(onRoom);
      approvals.unobserve(onApprovals);
    };
  }

  /** Before the first sync nothing of the past is held. */
  #seePastRedactions(): void {
    const now = readPastRedactions(this.#transcript);
    if (!this.#loaded || now === this.#pastRedactions) return;
    this.#pastRedactions = now;
    this.#events.pastRedacted();
  }

  #mark(...parts: readonly Part[]): void {
    if (!this.#loaded) return;
    for (const part of parts) this.#stale.add(part);
    this.#events.changed();
  }

  #refresh(): void {
    if (this.#stale.size === 0) return;
    const stale = new Set(this.#stale);
    this.#stale.clear();
    if (stale.has('title')) this.#title = readTitle(this.#transcript);
    if (stale.has('entries')) this.#readEntries();
    if (stale.has('approvals')) this.#approvals = readApprovals(this.#transcript);
    this.#view = {
      loaded: true,
      entries: this.#window.entries,
      firstSeq: this.#window.firstSeq,
      tickets: stale.has('tickets') ? readTickets(this.#transcript) : this.#view.tickets,
      answering: stale.has('answering') ? readAnswering(this.#transcript) : this.#view.answering,
      ...readKept(this.#transcript),
    };
  }

  #readEntries(): void {
    this.#window = withWindow(this.#window, this.#transcript.entries.toArray(), readFirstSeq(this.#transcript));
  }
}
