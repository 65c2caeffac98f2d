import type { Fault } from '@parley/shared/fault';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { RoomViewModel } from '../view.ts';
import { announcements } from './announce.ts';
import { approvalCard } from './approval-card.ts';
import { bannersView, refusedBanner } from './banners.ts';
import { type ParleyComposer } from './composer.ts';
import { emptyRoom } from './empty-room.ts';
import { endedView } from './ended.ts';
import { invitationView } from './entering.ts';
import { headerView } from './header.ts';
import { LeaveGuard } from './leave-guard.ts';
import { loadMarkdown } from './markdown-engine.ts';
import { copyCode } from './markdown-view.ts';
import { Names } from './names.ts';
import { define } from './part.ts';
import { pendingOf } from './pending.ts';
import { ReadingPlace } from './reading-place.ts';
import { RoomBinding } from './room-binding.ts';
import { isWriting } from './room-keys.ts';
import { roomDialog } from './room-dialog.ts';
import type { PanelTab, RoomDialog, RoomEvents } from './room-events.ts';
import { roomStyles } from './room-styles.ts';
import { searchBar, searchOver } from './search-bar.ts';
import { ParleySidePanel } from './side-panel.ts';
import { strings } from './strings.ts';
import { toldCard } from './told-card.ts';
import { type ParleyTranscript } from './transcript.ts';
import { UnreadNotices } from './unread-notices.ts';

/** From this width on the side panel stands beside the conversation; below, it covers it. In pixels. */
const SIDE_BY_SIDE = 900;
/** Where each lane stands. */
const PLACES = { room: '.main', me: '.panel-body.private' } as const;
const SOURCE = ['client', 'server', 'room', 'token'] as const;

/**
 * `<parley-room server="https://…" room="lobby">` with the property `token`, a function that returns a
 * token, shows one room. A page that already holds a {@link RoomClient} sets `client` instead.
 */
export class ParleyRoom extends LitElement {
  static override styles = roomStyles;
  static override properties = {
    server: {},
    room: {},
    token: { attribute: false },
    client: { attribute: false },
    panel: { state: true },
    narrow: { state: true },
    query: { state: true },
    refused: { state: true },
    dialog: { state: true },
    invite: {},
    inviteLink: { attribute: false },
    spoken: { state: true },
  };
  /** The server's address; the page's own when empty. */
  declare server: string;
  declare room: string;
  /** Returns a fresh token; called before every connection. */
  declare token: (() => string | Promise<string>) | null;
  declare client: RoomClient | null;
  /** The tab that is open; null: none; undefined until the width is known. */
  declare panel: PanelTab | null | undefined;
  declare narrow: boolean;
  /** What is searched for; null: not searching. */
  declare query: string | null;
  declare refused: Fault | null;
  /** What stands over the room. */
  declare dialog: RoomDialog | null;
  /** The code of an invitation to open, while `room` is empty; `parley-entered` tells the room that it opened. */
  declare invite: string;
  /** The address that an invitation is sent as; the server's own page unless an app has one. */
  declare inviteLink: ((code: string) => string) | null;
  declare spoken: string;

  readonly #names = new Names();
  readonly #reading = new ReadingPlace();
  readonly #notices = new UnreadNotices();
  readonly #binding = new RoomBinding(this, () => this.#onChange());
  readonly #width = new ResizeObserver(([entry]) => this.#onWidth(entry?.contentRect.width ?? 0));
  #view: RoomViewModel | null = null;

  constructor() {
    super();
    this.server = '';
    this.room = '';
    this.token = null;
    this.client = null;
    this.narrow = false;
    this.query = null;
    this.refused = null;
    this.dialog = null;
    this.invite = '';
    this.inviteLink = null;
    this.spoken = '';
    this.addController(new LeaveGuard(() => this.#view));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#width.observe(this);
    void loadMarkdown().then((came) => came && this.#reform());
    this.addEventListener('keydown', this.#onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#width.disconnect();
    this.removeEventListener('keydown', this.#onKey);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!SOURCE.some((name) => changed.has(name))) return;
    this.#binding.use({
      client: this.client,
      server: this.#server,
      room: this.room,
      token: this.token,
    });
  }

  get #server(): string {
    return (this.server || location.origin).replace(/\/+$/, '');
  }

  /** Shows again, in their form, the words that came before their form could be read. */
  #reform(): void {
    this.#names.revision += 1;
    this.requestUpdate();
  }

  #onChange(): void {
    const before = this.#view;
    this.#view = this.#binding.client?.view ?? null;
    if (this.#view !== null) this.#readView(before, this.#view);
    this.requestUpdate();
  }

  #readView(before: RoomViewModel | null, view: RoomViewModel): void {
    this.#names.learn(view);
    this.#reading.see(this.room, view);
    const said = before === null ? [] : announcements(before, view, this.#names);
    if (said.length > 0) this.spoken = said.join('. ');
  }

  override render(): TemplateResult {
    const client = this.#binding.client;
    const view = this.#view;
    if (client === null || view === null) return html`<div class="room">${invitationView(this, this.#server)}</div>`;
    if (view.connection.kind === 'ended') {
      return html`<div class="room" @click=${copyCode}>${endedView(view.connection, view, this.#names, () => this.#binding.again())}</div>`;
    }
    const panel = this.panel ?? null;
    return html`<div class="room ${panel === null ? '' : 'with-panel'}" part="room" @click=${copyCode} @room-refused=${this.#onRefused}
        @room-show=${this.#onShow} @room-sent=${this.#onSent} @room-try=${this.#onTry} @room-dialog=${this.#onDialog} @room-quote=${this.#onQuote} @room-find=${this.#onFind}>
      ${this.#main(client, view, panel)}${panel === null ? nothing : this.#side(client, view, panel)}
      ${this.dialog === null ? nothing : roomDialog(this.dialog, { client, view, names: this.#names })}
      <div class="said" role="status" aria-live="polite">${this.spoken}</div>
    </div>`;
  }

  #main(client: RoomClient, view: RoomViewModel, panel: PanelTab | null): TemplateResult {
    const covered = this.narrow && panel !== null;
    return html`<section class="main" aria-label=${view.title || strings.room} ?inert=${covered}>
      ${headerView(view, { client, panelOpen: panel !== null, searching: this.query !== null, onPanel: this.#togglePanel, onSearch: this.#toggleSearch })}
      <div class="banners">${bannersView(view, client)}${refusedBanner(this.refused, () => (this.refused = null))}</div>
      ${this.query === null ? nothing : searchBar(this.query, this.#onQuery, this.#toggleSearch)}${this.#found(client, view)}
      <parley-transcript .client=${client} .audience=${'room'} .lane=${view.room} .pending=${pendingOf(view, 'room')} .names=${this.#names}
        .revision=${this.#names.revision} .you=${view.you?.id ?? null} .lastSeen=${this.#reading.lastSeen}
        .capabilities=${view.capabilities} ?inert=${(this.query?.trim() ?? '') !== ''} .empty=${emptyRoom(view)}></parley-transcript>
      <div class="foot">${toldCard(this.#notices.newest(this.room, view, panel === 'private'))}${approvalCard(view)}<parley-now-bar .client=${client} .view=${view} .audience=${'room'}></parley-now-bar>
        ${view.role === null ? nothing : html`<parley-composer .client=${client} .entries=${view.room.entries} .capabilities=${view.capabilities} .draftKey=${this.#draftKey}></parley-composer>`}</div>
    </section>`;
  }

  #side(client: RoomClient, view: RoomViewModel, tab: PanelTab): TemplateResult {
    return html`<parley-side-panel role="complementary" aria-label=${strings.panel} part="panel" .client=${client} .view=${view} .names=${this.#names}
      .tab=${tab} .draftKey=${this.#draftKey} .linkOf=${this.#linkOf} .onClose=${this.#togglePanel}></parley-side-panel>`;
  }

  get #draftKey(): string {
    return `draft:${this.room}:${this.#view?.you?.id ?? ''}`;
  }

  #found(client: RoomClient, view: RoomViewModel): TemplateResult | typeof nothing {
    const query = this.query?.trim() ?? '';
    return query === '' ? nothing : searchOver({ client, view, query, names: this.#names });
  }

  #onWidth(width: number): void {
    this.narrow = width < SIDE_BY_SIDE;
    if (this.panel === undefined && width > 0) this.panel = this.narrow ? null : 'queue';
  }

  readonly #togglePanel = (): void => {
    const opening = this.panel === null || this.panel === undefined;
    this.panel = opening ? 'queue' : null;
    void this.updateComplete.then(() => {
      if (!opening) this.renderRoot.querySelector<HTMLElement>('.panel-toggle')?.focus();
      else if (this.narrow) this.#focusPanel();
    });
  };

  #focusPanel(): void {
    const panel = this.renderRoot.querySelector('parley-side-panel');
    if (panel instanceof ParleySidePanel) panel.focusTab();
  }

  readonly #toggleSearch = (): void => {
    const opening = this.query === null;
    this.query = opening ? '' : null;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(opening ? '.search input' : '.scroll')?.focus(),
    );
  };

  readonly #onQuery = (event: InputEvent): void => {
    if (event.target instanceof HTMLInputElement) this.query = event.target.value;
  };

  readonly #onRefused = (event: CustomEvent<RoomEvents['room-refused']>): void => {
    this.refused = event.detail;
  };

  readonly #onShow = (event: CustomEvent<RoomEvents['room-show']>): void => {
    const opening = this.panel !== event.detail && this.narrow;
    this.panel = event.detail;
    if (opening) void this.updateComplete.then(() => this.#focusPanel());
  };

  readonly #onSent = (event: CustomEvent<RoomEvents['room-sent']>): void => {
    this.refused = null;
    if (event.detail === 'me') this.panel = 'private';
    this.renderRoot.querySelector<ParleyTranscript>(`${PLACES[event.detail]} parley-transcript`)?.toNewest();
  };

  readonly #onTry = (event: CustomEvent<RoomEvents['room-try']>): void => {
    this.#composer('room')?.start(event.detail);
  };

  readonly #onQuote = async ({ detail }: CustomEvent<RoomEvents['room-quote']>): Promise<void> => {
    await this.updateComplete;
    this.#composer(detail.lane)?.quote(detail.entry);
  };

  #composer(lane: 'room' | 'me'): ParleyComposer | null {
    return this.renderRoot.querySelector<ParleyComposer>(`${PLACES[lane]} parley-composer`);
  }

  readonly #onFind = async ({ detail }: CustomEvent<RoomEvents['room-find']>): Promise<void> => {
    this.query = null;
    if (detail.lane === 'me') this.panel = 'private';
    await this.updateComplete;
    await this.renderRoot
      .querySelector<ParleyTranscript>(`${PLACES[detail.lane]} parley-transcript`)
      ?.reveal(detail.entry);
  };

  /** The browser gives the focus back to what opened a dialog, unless that is gone. */
  readonly #onDialog = async (event: CustomEvent<RoomEvents['room-dialog']>): Promise<void> => {
    this.dialog = event.detail;
    await this.updateComplete;
    if (event.detail !== null || this.shadowRoot?.activeElement !== null) return;
    const next = ['.approval-card button', '.main textarea', '.main .scroll'].map((one) =>
      this.renderRoot.querySelector<HTMLElement>(one),
    );
    next.find((one) => one !== null)?.focus();
  };

  readonly #linkOf = (code: string): string => this.inviteLink?.(code) ?? `${this.#server}/invite#${code}`;

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/' && !isWriting(event)) {
      event.preventDefault();
      if (this.query === null) this.#toggleSearch();
    } else if (event.key === 'Escape') this.#escape();
  };

  /** Closes what was opened last: a refusal, the search, then the panel where it covers the room. */
  #escape(): void {
    if (this.refused !== null) this.refused = null;
    else if (this.query !== null) this.#toggleSearch();
    else if (this.narrow && this.panel) this.#togglePanel();
  }
}
define('parley-room', ParleyRoom);

declare global {
  interface HTMLElementTagNameMap {
    'parley-room': ParleyRoom;
  }
}
