import type { Entry } from '@parley/shared/entry';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { RoomClient } from '../room-client.ts';
import { inOrder } from '../entry-order.ts';
import type { LaneView, RoomViewModel } from '../view.ts';
import { EntryActing } from './entry-acting.ts';
import { entryView } from './entry-view.ts';
import { dayName } from './format.ts';
import { downIcon } from './icons.ts';
import './live-answer.ts';
import type { Names } from './names.ts';
import { define, Part } from './part.ts';
import type { Pending } from './pending.ts';
import { pendingView } from './pending-view.ts';
import { placeIn, putBack, ScrollFollow, type Place } from './scroll-follow.ts';
import { strings } from './strings.ts';
import { tell } from './room-events.ts';
import { entryStrings } from './strings-entries.ts';
import { timeline, type Row } from './timeline.ts';

const STEP = 150;
type Older = 'unknown' | 'loading' | 'none' | 'failed';

/** One lane on screen: follows the newest while the reader is at the bottom, and never moves them otherwise. */
export class ParleyTranscript extends Part {
  static override properties = {
    client: { attribute: false },
    audience: { attribute: false },
    lane: { attribute: false },
    pending: { attribute: false },
    names: { attribute: false },
    revision: { attribute: false },
    you: { attribute: false },
    lastSeen: { attribute: false },
    capabilities: { attribute: false },
    empty: { attribute: false },
    older: { state: true },
    shown: { state: true },
    unfolded: { state: true },
  };
  declare client: RoomClient;
  declare audience: 'room' | 'me';
  declare lane: LaneView;
  declare pending: readonly Pending[];
  declare names: Names;
  /** `names.revision`: a new one shows the new names. */
  declare revision: number;
  declare you: string | null;
  /** `seq` of the last entry read on an earlier visit; null for no mark. */
  declare lastSeen: number | null;
  declare capabilities: RoomViewModel['capabilities'];
  declare empty: TemplateResult;
  declare older: Older;
  declare shown: number;
  declare unfolded: ReadonlySet<string>;

  readonly #follow = new ScrollFollow(this);
  readonly #acting = new EntryActing(this);
  #rows: readonly Row[] = [];
  /** Turns seen while they streamed: folding them at their end would move what is being read. */
  readonly #streamed = new Set<string>();
  /** Where the reader was before rows came or went above, until that row is there. */
  #place: Place | null = null;
  readonly #top = new IntersectionObserver(
    (seen) => seen.some(({ isIntersecting }) => isIntersecting) && void this.#reachTop(),
  );

  constructor() {
    super();
    this.older = 'unknown';
    this.shown = STEP;
    this.unfolded = new Set();
  }

  /** The reader wants the newest, for instance after sending something. */
  toNewest(): void {
    this.#place = null;
    this.#follow.toBottom();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('lane') || changed.has('lastSeen')) this.#readLane(changed.get('lane'));
    this.#follow.followable = this.lane.loaded && !this.#isEmpty;
  }

  #readLane(before: LaneView | undefined): void {
    const { entries, answering } = this.lane;
    if (answering !== null) this.#streamed.add(answering.turn);
    if (entries === before?.entries && this.#rows.length > 0) return;
    const grown = newEntries(before?.entries ?? [], entries);
    if (before !== undefined && this.lane.firstSeq > before.firstSeq) this.#pastLeft();
    if (grown.older > 0) this.#keepPlace();
    this.shown += grown.older + (this.#follow.following ? 0 : grown.newer);
    this.#rows = timeline(entries, this.lastSeen, this.you);
    if (before?.loaded === true) this.#follow.arrived(grown.newer);
  }

  /** R14: older entries may go away, and come again without the words that were taken out of them. */
  #pastLeft(): void {
    this.older = 'unknown';
    if (!this.#follow.following) this.#keepPlace();
  }

  /** Rows that come into sight have their true heights only some frames later. */
  async #stay(place: Place): Promise<void> {
    this.#place = null;
    for (let frames = 0; frames < 4 && !this.#follow.following; frames += 1) {
      await nextFrame();
      putBack(this.#follow.scroller, place);
    }
  }

  #keepPlace(): void {
    this.#place ??= placeIn(this.#follow.scroller);
  }

  protected override updated(): void {
    if (this.#place !== null && putBack(this.#follow.scroller, this.#place)) void this.#stay(this.#place);
    this.#follow.settle();
    this.#top.disconnect();
    const sentinel = this.querySelector('.older');
    if (sentinel !== null) this.#top.observe(sentinel);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#top.disconnect();
  }

  override render(): TemplateResult {
    const label = this.audience === 'room' ? strings.transcript : strings.privateTranscript;
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${label} part="transcript">
        ${this.lane.loaded ? this.#content() : skeleton}
      </div>
      ${this.#pill()}`;
  }

  #content(): TemplateResult {
    if (this.#isEmpty) return this.empty;
    const live = this.lane.answering;
    return html`<div class="column">${this.#olderView()}
      <ol role="list">${guard([this.#rows, this.shown, this.unfolded, this.revision, this.#acting.on, this.capabilities, this.lane.pins, this.lane.digest], () => this.#list(this.#visible()))}</ol>
      ${live === null ? nothing : html`<parley-live-answer .answering=${live} .you=${this.you} .revision=${this.revision}></parley-live-answer>`}
      ${this.pending.map((item) => pendingView(item, this.client))}
    </div>`;
  }

  get #isEmpty(): boolean {
    return this.lane.entries.length === 0 && this.pending.length === 0 && this.lane.answering === null;
  }

  #visible(): readonly Row[] {
    return this.#rows.slice(Math.max(0, this.#rows.length - this.shown));
  }

  #list(rows: readonly Row[]): unknown {
    return repeat(
      rows,
      ({ key }) => key,
      (row) => this.#row(row),
    );
  }

  #row(row: Row): TemplateResult {
    if (row.kind === 'day') return html`<li class="mark"><span>${dayName(row.at, Date.now())}</span></li>`;
    if (row.kind === 'new') return html`<li class="mark new"><span>${strings.newSince}</span></li>`;
    const { entry, continued } = row;
    const folded = this.#isFolded(entry);
    const { names, you, capabilities } = this;
    const acting = this.#acting.of(entry);
    const pinned = this.lane.pins?.[entry.id] ?? null;
    const deps = [entry, continued, folded, this.revision, you, acting, capabilities, pinned];
    return html`<li class="entry" data-seq=${entry.seq} data-entry=${entry.id}>${guard(deps, () =>
      entryView(entry, {
        names,
        you,
        continued,
        folded,
        onFold: (which) => this.#fold(which),
        acts: this.#acting.actsFor(entry),
        pinned,
      }),
    )}</li>${this.#summed(entry)}`;
  }

  /** C4: behind the last entry that a digest stands for; opens it. */
  #summed({ seq, resources }: Entry): TemplateResult | typeof nothing {
    const { digest } = this.lane;
    if (!digest || digest.to !== seq || resources !== undefined) return nothing;
    const open = (): void => tell(this, 'room-dialog', { kind: 'memory', lane: this.audience, entry: null });
    return html`<li class="mark"><button type="button" class="quiet" @click=${open}>${entryStrings.summed(digest.from, seq)}</button></li>`;
  }

  /** Brings one entry into sight, and first what stands between, page by page; false when it is not there any more. */
  async reveal(id: string): Promise<boolean> {
    while (!this.#rows.some(({ key }) => key === id)) {
      if (!(await this.#loadOlder())) return false;
      await nextFrame(); // what was brought is among the rows by then
    }
    const at = this.#rows.findIndex(({ key }) => key === id);
    this.shown = Math.max(this.shown, this.#rows.length - at + 20);
    this.#follow.following = false;
    await this.updateComplete;
    const row = this.querySelector<HTMLElement>(`[data-entry="${CSS.escape(id)}"]`);
    row?.scrollIntoView({ block: 'center' });
    return row !== null;
  }

  #isFolded({ id, turn }: Entry): boolean {
    return !this.unfolded.has(id) && (turn === undefined || !this.#streamed.has(turn));
  }

  #fold(entry: Entry): void {
    const unfolded = new Set(this.unfolded);
    if (this.#isFolded(entry)) unfolded.add(entry.id);
    else unfolded.delete(entry.id);
    if (entry.turn !== undefined) this.#streamed.delete(entry.turn);
    this.unfolded = unfolded;
  }

  #olderView(): TemplateResult {
    const hidden = this.#rows.length > this.shown;
    if (this.older === 'loading') return html`<p class="older soft" role="status">${strings.loadingEarlier}</p>`;
    if (this.older === 'failed') {
      return html`<p class="soft beginning">${strings.earlierFailed}
        <button type="button" class="outline" @click=${() => this.#loadOlder()}>${strings.tryAgain}</button></p>`;
    }
    if (hidden || (this.older === 'unknown' && this.lane.firstSeq > 1)) {
      return html`<p class="older"><button type="button" class="quiet" @click=${() => this.#reachTop()}>${strings.earlier}</button></p>`;
    }
    return html`<p class="soft beginning">${strings.beginning}</p>`;
  }

  async #reachTop(): Promise<void> {
    if (this.older === 'loading' || !this.lane.loaded) return;
    if (this.#rows.length > this.shown) {
      this.#keepPlace();
      this.shown += STEP;
    } else await this.#loadOlder();
  }

  /** Whether there was more. */
  async #loadOlder(): Promise<boolean> {
    this.older = 'loading';
    try {
      this.older = (await this.client.loadOlder(this.audience)) ? 'unknown' : 'none';
    } catch {
      this.older = 'failed'; // the reader is told, and may try again
    }
    return this.older === 'unknown';
  }

  #pill(): TemplateResult | typeof nothing {
    if (this.#follow.following || !this.#follow.followable) return nothing;
    const { below } = this.#follow;
    const words =
      below > 0 ? strings.newBelow(below) : this.lane.answering === null ? strings.toNewest : strings.answerBelow;
    return html`<button type="button" class="pill ${below > 0 ? 'primary' : 'outline'}" @click=${() => this.toNewest()}>${downIcon}${words}</button>`;
  }
}
define('parley-transcript', ParleyTranscript);

function nextFrame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

/** How many entries were added before the first and after the last that both lists know. */
function newEntries(before: readonly Entry[], after: readonly Entry[]): { older: number; newer: number } {
  const [first, last] = [before[0], before.at(-1)];
  if (first === undefined || last === undefined) return { older: 0, newer: 0 };
  const older = after.findIndex((entry) => inOrder(entry, first) >= 0);
  const newer = after.length - 1 - after.findLastIndex((entry) => inOrder(entry, last) <= 0);
  return { older: Math.max(0, older), newer };
}

const skeleton = html`<div class="column skeleton" role="status"><span class="said">${strings.loading}</span>
  ${[62, 88, 40, 74].map((_, index) => html`<div class="line bone-${index}"><i class="bone round"></i><div><i class="bone short"></i><i class="bone"></i></div></div>`)}
</div>`;
