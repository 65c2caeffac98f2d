import { FaultError } from '@parley/shared/fault';
import type { LaneReader } from './lane-reader.ts';
import type { Ask } from './requests.ts';

const PAGE = 200;

/** Brings what a lane's document no longer holds, page by page. */
export class History {
  readonly #ask: Ask;
  readonly #lane: 'room' | 'me';
  readonly #reader: LaneReader;
  /** One page at a time: a second call means the same page. */
  #loading: Promise<boolean> | null = null;

  constructor(ask: Ask, lane: 'room' | 'me', reader: LaneReader) {
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
