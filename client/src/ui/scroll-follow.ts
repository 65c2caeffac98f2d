import type { ReactiveController, ReactiveControllerHost } from 'lit';

const NEAR_BOTTOM = 40;

/**
 * Keeps a transcript's scroller at the newest words while the reader is there, and leaves it alone when
 * they have scrolled away; then counts what arrives below.
 */
export class ScrollFollow implements ReactiveController {
  following = true;
  /** False while something else than the conversation is shown, which is read from its top. */
  followable = false;
  /** Entries that arrived below while the reader was elsewhere. */
  below = 0;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #sizes = new ResizeObserver(() => this.settle());
  #watched: Element | null = null;
  /** Where the scroller was when it was last looked at. */
  #top = 0;
  #scroller: HTMLElement | null = null;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  get scroller(): HTMLElement | null {
    return this.#scroller;
  }

  hostUpdated(): void {
    const scroller = this.#host.querySelector<HTMLElement>('.scroll');
    if (scroller !== this.#scroller) {
      this.#scroller = scroller;
      scroller?.addEventListener('scroll', this.#onScroll, { passive: true });
      if (scroller !== null) this.#sizes.observe(scroller);
    }
    const content = scroller?.firstElementChild ?? null;
    if (content === this.#watched) return;
    if (this.#watched !== null) this.#sizes.unobserve(this.#watched);
    if (content !== null) this.#sizes.observe(content);
    this.#watched = content;
  }

  hostDisconnected(): void {
    this.#sizes.disconnect();
    this.#scroller?.removeEventListener('scroll', this.#onScroll);
    this.#scroller = null;
    this.#watched = null;
  }

  arrived(count: number): void {
    if (!this.following) this.below += count;
  }

  /** Goes to the newest and stays there. */
  toBottom(): void {
    this.following = true;
    this.below = 0;
    this.settle();
    this.#host.requestUpdate();
  }

  /** After the content changed: at the bottom again, if that is where the reader was. */
  settle(): void {
    const scroller = this.#scroller;
    if (!this.following || !this.followable || scroller === null) return;
    scroller.scrollTop = scroller.scrollHeight;
    this.#top = scroller.scrollTop;
  }

  readonly #onScroll = (): void => {
    const scroller = this.#scroller;
    if (scroller === null || !this.followable) return;
    const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_BOTTOM;
    // Growing content moves the bottom away too; only a reader who went up has left it.
    const wentUp = scroller.scrollTop < this.#top;
    this.#top = scroller.scrollTop;
    const following = near || (this.following && !wentUp);
    if (following === this.following) return;
    this.following = following;
    if (following) this.below = 0;
    this.#host.requestUpdate();
  };
}

/** The first row that the reader sees, by its entry, and where its top is. */
export interface Place {
  readonly entry: string;
  readonly top: number;
}

export function placeIn(scroller: HTMLElement | null): Place | null {
  const top = scroller?.getBoundingClientRect().top ?? 0;
  const rows = scroller?.querySelectorAll<HTMLElement>('.entry') ?? [];
  const row = [...rows].find((each) => each.getBoundingClientRect().bottom > top);
  return row === undefined ? null : { entry: row.dataset['entry'] ?? '', top: row.getBoundingClientRect().top };
}

/** Scrolls so that the row is where it was, whatever came and went above it; false while there is no such row. */
export function putBack(scroller: HTMLElement | null, { entry, top }: Place): boolean {
  const row = scroller?.querySelector(`[data-entry="${CSS.escape(entry)}"]`);
  if (!scroller || !row) return false;
  const moved = row.getBoundingClientRect().top - top;
  if (moved !== 0) scroller.scrollTop += moved;
  return true;
}
