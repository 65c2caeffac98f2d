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
  /** Grows when the past is told anew; pages that were asked for before that are void. */
  #telling = 0;
  /** The entry that it is told anew from. */
  #again = Number.POSITIVE_INFINITY;

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

  /**
   * The reader let go of its past, which may hold what was redacted (R14): what is on its way is void, and all from entry
   * `first` on is brought again. What cannot be had now comes when somebody asks for it, who is told then.
   *
   * @param first null: there was none
   */
  async tellAnew(first: number | null): Promise<void> {
    const telling = ++this.#telling;
    this.#again = Math.min(this.#again, first ?? this.#again);
    await this.#loading?.catch(isFault);
    const begins = (): number => this.#reader.view.firstSeq;
    for (let from = Number.POSITIVE_INFINITY; telling === this.#telling && this.#again < begins() && begins() < from;) {
      from = begins();
      await this.loadOlder().catch(isFault);
    }
    if (telling === this.#telling) this.#again = Number.POSITIVE_INFINITY;
  }

  async #load(): Promise<boolean> {
    const { loaded, firstSeq } = this.#reader.view;
    if (!loaded || firstSeq <= 1) return false;
    const telling = this.#telling;
    const page = await this.#ask('transcript.read', { lane: this.#lane, before: firstSeq, limit: PAGE });
    if (telling !== this.#telling) return true;
    if (!page.ok) throw new FaultError(page.fault);
    this.#reader.prepend(page.value.items);
    return page.value.items.length > 0;
  }
}

/** Whoever asks for a page themselves is told of a fault; anything else is a bug. */
function isFault(error: unknown): null {
  if (error instanceof FaultError) return null;
  throw error;
}
