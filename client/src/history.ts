import type { Entry } from '@parley/shared/entry';
import { FaultError } from '@parley/shared/fault';
import type { Ask } from './requests.ts';
import type { LaneView } from './view.ts';

const PAGE = 200;

/** What the past is brought to. */
export interface PastReader {
  readonly view: LaneView;
  /** Takes a page of entries that come before the view's first. */
  prepend(page: readonly Entry[]): void;
}

/** Brings what a lane's document no longer holds, page by page. */
export class History {
  readonly #ask: Ask;
  readonly #lane: 'room' | 'me';
  readonly #reader: PastReader;
  /** One page at a time: a second call means the same page. */
  #loading: Promise<boolean> | null = null;

  constructor(ask: Ask, lane: 'room' | 'me', reader: PastReader) {
    this.#ask = ask;
    this.#lane = lane;
    this.#reader = reader;
  }

  /** False when nothing comes before the view's first entry. Rejects with a FaultError when nobody can tell. */
  loadOlder(): Promise<boolean> {
    this.#loading ??= this.#load().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load(): Promise<boolean> {
    const { loaded, firstSeq } = this.#reader.view;
    if (!loaded || firstSeq <= 1) return false;
    const page = await this.#ask('transcript.read', { lane: this.#lane, before: firstSeq, limit: PAGE });
    if (!page.ok) throw new FaultError(page.fault);
    this.#reader.prepend(page.value.items);
    return page.value.items.length > 0;
  }
}
