import type { Entry } from '@parley/shared/entry';
import type { TurnId } from '@parley/shared/ids';
import type { DocChannels } from './doc-channels.ts';
import { shelfOf } from './entry-order.ts';
import { LaneReader } from './lane-reader.ts';
import { SyncedDoc } from './synced-doc.ts';

export interface ShelvesOptions {
  readonly channels: DocChannels;
  readonly online: () => boolean;
  /** A document synced on this connection. */
  readonly settled: () => void;
  /** What is on the shelves has another value. */
  readonly changed: () => void;
  /** Something from before the window of one of them was redacted. */
  readonly pastRedacted: () => void;
}

interface Shelf {
  readonly synced: SyncedDoc;
  readonly reader: LaneReader;
}

type ShelfName = `transcript.${string}`;
const NAME = /^transcript\.[A-Za-z0-9_-]{8,64}$/;

/** The labelled documents of one lane that this person may read now (R4). One that is taken away leaves nothing here. */
export class Shelves {
  readonly #options: ShelvesOptions;
  readonly #open = new Map<ShelfName, Shelf>();
  #past: readonly Entry[] = [];

  constructor(options: ShelvesOptions) {
    this.#options = options;
  }

  /** The entries of each, as its document holds them. */
  get entries(): readonly (readonly Entry[])[] {
    return [...this.#open.values()].map(({ reader }) => reader.view.entries);
  }

  /** Labelled entries from before the windows of these documents. */
  get past(): readonly Entry[] {
    return this.#past;
  }

  addPast(entries: readonly Entry[]): void {
    if (entries.length > 0) this.#past = [...this.#past, ...entries];
  }

  forgetPast(): void {
    this.#past = [];
    this.#options.changed();
  }

  /** What streams for a turn in one of them; '' when nothing does. */
  liveText(turn: TurnId): string {
    for (const { reader } of this.#open.values()) {
      const text = reader.liveText(turn);
      if (text !== '') return text;
    }
    return '';
  }

  /** The server named all that there are now: the others are dropped, new ones opened, lost connections taken up. */
  keep(names: readonly string[]): void {
    const wanted = new Set(names.filter(isShelfName));
    for (const name of this.#open.keys()) if (!wanted.has(name)) this.#drop(name);
    for (const name of wanted) this.#take(name).synced.connect();
  }

  destroy(): void {
    for (const name of [...this.#open.keys()]) this.#drop(name);
  }

  #take(name: ShelfName): Shelf {
    const known = this.#open.get(name);
    if (known) return known;
    const { channels, online, settled, changed, pastRedacted } = this.#options;
    const synced = new SyncedDoc(
      { name, channels, presence: false, online },
      {
        synced: () => {
          settled();
          shelf.reader.synced();
        },
        renewing: () => {},
        renewed: () => shelf.reader.attach(synced.doc),
        lost: () => this.#drop(name),
      },
    );
    const shelf: Shelf = { synced, reader: new LaneReader(synced.doc, { changed, pastRedacted }) };
    this.#open.set(name, shelf);
    return shelf;
  }

  #drop(name: ShelfName): void {
    const shelf = this.#open.get(name);
    if (!shelf) return;
    this.#open.delete(name);
    this.#dropPast();
    shelf.reader.close();
    shelf.synced.destroy();
    this.#options.changed();
  }

  #dropPast(): void {
    const left = new Set(this.entries.flatMap(([entry]) => (entry === undefined ? [] : [shelfOf(entry)])));
    this.#past = this.#past.filter((entry) => left.has(shelfOf(entry)));
  }
}

function isShelfName(name: string): name is ShelfName {
  return NAME.test(name);
}
