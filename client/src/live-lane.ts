import type { DocChannels } from './doc-channels.ts';
import { History } from './history.ts';
import { LaneReader } from './lane-reader.ts';
import type { Ask } from './requests.ts';
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

/** One lane: its transcript document kept in step, read as a view, with its past on demand. */
export class LiveLane {
  readonly synced: SyncedDoc;
  readonly #reader: LaneReader;
  readonly #history: History;

  constructor({ lane, channels, online, ask, settled, changed }: LiveLaneOptions) {
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
      },
    );
    this.#reader = new LaneReader(this.synced.doc, changed);
    this.#history = new History(ask, lane, this.#reader);
  }

  get view(): LaneView {
    return this.#reader.view;
  }

  get title(): string {
    return this.#reader.title;
  }

  loadOlder(): Promise<boolean> {
    return this.#history.loadOlder();
  }

  destroy(): void {
    this.#reader.close();
    this.synced.destroy();
  }
}
