import type { ApprovalView } from '@parley/shared/tools';
import type { Entry } from '@parley/shared/entry';
import type { DocChannels } from './doc-channels.ts';
import { History } from './history.ts';
import { mergeLane } from './lane-merge.ts';
import { LaneReader } from './lane-reader.ts';
import type { Ask } from './requests.ts';
import { Shelves } from './shelves.ts';
import { SyncedDoc } from './synced-doc.ts';
import type { LaneView } from './view.ts';

export interface LiveLaneOptions {
  readonly lane: 'room' | 'me';
  readonly channels: DocChannels;
  readonly online: () => boolean;
  readonly ask: Ask;
  /** A document synced on this connection. */
  readonly settled: () => void;
  /** `view`, `title` or the document itself has another value. */
  readonly changed: () => void;
}

/** One lane: its own document and its labelled ones kept in step, read as one view, with its past on demand. */
export class LiveLane {
  readonly synced: SyncedDoc;
  readonly shelves: Shelves;
  readonly #reader: LaneReader;
  readonly #history: History;
  #view: LaneView | null = null;
  #merged: Merged | null = null;

  constructor(options: LiveLaneOptions) {
    const { lane, channels, online, ask, settled } = options;
    const changed = (): void => {
      this.#view = null;
      options.changed();
    };
    this.synced = new SyncedDoc(
      { name: lane === 'room' ? 'transcript' : 'transcript.me', channels, presence: lane === 'room', online },
      {
        synced: () => {
          settled();
          this.#reader.synced();
        },
        renewing: () => {},
        renewed: () => {
          this.#reader.attach(this.synced.doc);
          changed();
        },
        lost: () => {},
      },
    );
    const pastRedacted = (): void => this.#forgetPast();
    this.#reader = new LaneReader(this.synced.doc, { changed, pastRedacted });
    this.shelves = new Shelves({ channels, online, settled, changed, pastRedacted });
    this.#history = new History(ask, lane, this);
  }

  get view(): LaneView {
    this.#view ??= this.#merge();
    return this.#view;
  }

  /** A page of the past holds entries of the lane's own document and labelled ones between them. */
  prepend(page: readonly Entry[]): void {
    this.shelves.addPast(page.filter(({ resources }) => resources !== undefined));
    this.#reader.prepend(page.filter(({ resources }) => resources === undefined));
  }

  get title(): string {
    return this.#reader.title;
  }

  /** What waits for this person's approval; the private lane's document alone holds any. */
  get approvals(): readonly ApprovalView[] {
    return this.#reader.approvals;
  }

  loadOlder(): Promise<boolean> {
    return this.#history.loadOlder();
  }

  destroy(): void {
    this.#reader.close();
    this.synced.destroy();
    this.shelves.destroy();
  }

  /** R14: which of the older entries it was is not said, so none of them is kept; what was there is asked for again. */
  #forgetPast(): void {
    const first = this.#reader.forgetPast();
    this.shelves.forgetPast();
    void this.#history.tellAnew(first);
  }

  #merge(): LaneView {
    const own = this.#reader.view;
    return { ...own, entries: this.#entries(own), answering: this.#answering(own) };
  }

  /** The very same list while nothing that it is made from changed: a streamed word costs no entries. */
  #entries({ entries: own, firstSeq }: LaneView): readonly Entry[] {
    const from = [own, this.shelves.past, ...this.shelves.entries];
    const before = this.#merged;
    if (before && before.from.length === from.length && from.every((part, index) => part === before.from[index]))
      return before.entries;
    const entries = mergeLane({ own, firstSeq, shelves: this.shelves.entries, past: this.shelves.past });
    this.#merged = { from, entries };
    return entries;
  }

  /** The words of an answer stand in the document of what it was made from so far. */
  #answering({ answering }: LaneView): LaneView['answering'] {
    const labelled = answering === null ? '' : this.shelves.liveText(answering.turn);
    return answering === null || labelled === '' ? answering : { ...answering, text: labelled };
  }
}

interface Merged {
  readonly from: readonly (readonly Entry[])[];
  readonly entries: readonly Entry[];
}
