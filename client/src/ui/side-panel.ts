import { css, html, nothing, type TemplateResult } from 'lit';
import { unreachable } from '@parley/shared/assert';
import type { RoomClient } from '../room-client.ts';
import type { RoomViewModel } from '../view.ts';
import { closeIcon, lockIcon, noteIcon, peopleIcon, queueIcon, toolIcon, usageIcon } from './icons.ts';
import './late.ts';
import type { Names } from './names.ts';
import './composer.ts';
import './now-bar.ts';
import { define, Part } from './part.ts';
import { pendingOf } from './pending.ts';
import './queue.ts';
import { PANEL_TABS, tell, type PanelTab } from './room-events.ts';
import { strings } from './strings.ts';
import './transcript.ts';

const ICONS: Readonly<Record<PanelTab, TemplateResult>> = {
  queue: queueIcon,
  notes: noteIcon,
  private: lockIcon,
  people: peopleIcon,
  tools: toolIcon,
  usage: usageIcon,
};

/** Queue, notes, the private lane and the people, one at a time. */
export class ParleySidePanel extends Part {
  static override properties = {
    client: { attribute: false },
    view: { attribute: false },
    names: { attribute: false },
    tab: { attribute: false },
    draftKey: { attribute: false },
    linkOf: { attribute: false },
    onClose: { attribute: false },
  };
  declare client: RoomClient;
  declare view: RoomViewModel;
  declare names: Names;
  declare tab: PanelTab;
  declare draftKey: string;
  /** The address that somebody opens in order to use an invitation's code. */
  declare linkOf: (code: string) => string;
  declare onClose: () => void;

  override render(): TemplateResult {
    return html`<div class="panel-head"><div role="tablist" aria-label=${strings.panel} @keydown=${this.#onKey}>
        ${PANEL_TABS.map((tab) => this.#tab(tab))}</div>
        <button type="button" class="icon-only quiet" aria-label=${strings.closePanel} title=${strings.closePanel} @click=${() => this.onClose()}>${closeIcon}</button></div>
      <div class="panel-body ${this.tab}" role="tabpanel" id="panel-body" aria-labelledby="tab-${this.tab}" tabindex=${this.tab === 'usage' ? 0 : -1}><h2 class="said">${strings.tabs[this.tab]}</h2>${this.#body()}</div>`;
  }

  /** Where the tabs do not fit side by side, the chosen one is brought into sight. */
  protected override updated(): void {
    this.querySelector(`#tab-${this.tab}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** Moves focus to the tab that shows. */
  focusTab(): void {
    this.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus();
  }

  #tab(tab: PanelTab): TemplateResult {
    const selected = tab === this.tab;
    const waiting = tab === 'queue' ? this.view.room.tickets.filter(({ state }) => state !== 'running').length : 0;
    return html`<button type="button" role="tab" id="tab-${tab}" aria-selected=${selected ? 'true' : 'false'} aria-controls="panel-body" tabindex=${selected ? 0 : -1}
      @click=${() => tell(this, 'room-show', tab)}>${ICONS[tab]}<span class="name">${strings.tabs[tab]}</span>${waiting > 0 ? html`<span class="count">${waiting}</span>` : nothing}</button>`;
  }

  #body(): TemplateResult {
    const { client, view, names } = this;
    switch (this.tab) {
      case 'queue':
        return html`<parley-queue .client=${client} .view=${view} .names=${names}></parley-queue>`;
      case 'notes':
        return html`<parley-late .needs=${'notes'} .content=${html`<parley-notes .client=${client} .view=${view}></parley-notes>`}></parley-late>`;
      case 'people':
        return html`<parley-late .needs=${'people'} .content=${html`<parley-people .client=${client} .people=${view.people} .names=${names} .you=${view.you?.id ?? null} .role=${view.role}
          .capabilities=${view.capabilities} .linkOf=${this.linkOf}></parley-people>`}></parley-late>`;
      case 'tools':
        return html`<parley-late .needs=${'tools'} .content=${html`<parley-room-tools .client=${client} .names=${names} .capabilities=${view.capabilities}></parley-room-tools>`}></parley-late>`;
      case 'usage':
        return html`<parley-late .needs=${'usage'} .content=${html`<parley-room-usage .client=${client} .names=${names} .you=${view.you?.id ?? null} .capabilities=${view.capabilities} .newest=${newestAnswer(view)}></parley-room-usage>`}></parley-late>`;
      case 'private':
        return this.#private();
      default:
        return unreachable(this.tab);
    }
  }

  #private(): TemplateResult {
    const { client, view, names } = this;
    return html`<parley-transcript .client=${client} .audience=${'me'} .lane=${view.me} .pending=${pendingOf(view, 'me')} .names=${names}
        .revision=${names.revision} .you=${view.you?.id ?? null} .lastSeen=${null} .capabilities=${view.capabilities} .empty=${emptyPrivate}></parley-transcript>
      <div class="private-foot"><parley-now-bar .client=${client} .view=${view} .audience=${'me'}></parley-now-bar>
        <parley-composer .client=${client} .entries=${view.me.entries} .capabilities=${view.capabilities} .only=${'me'} .draftKey=${`${this.draftKey}:me`}></parley-composer></div>`;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const at = PANEL_TABS.indexOf(this.tab);
    const last = PANEL_TABS.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[
      event.key
    ];
    const tab = to === undefined ? undefined : PANEL_TABS[to];
    if (tab === undefined) return;
    event.preventDefault();
    tell(this, 'room-show', tab);
    void this.updateComplete.then(() => this.focusTab());
  };
}
define('parley-side-panel', ParleySidePanel);

/** Where an answer came, more was used. */
function newestAnswer({ room, me }: RoomViewModel): string {
  return [room, me].map(({ entries }) => entries.findLast(({ kind }) => kind === 'answer')?.id).join();
}

const emptyPrivate = html`<div class="panel-blank">${lockIcon}<h3>${strings.emptyPrivateTitle}</h3><p class="soft">${strings.emptyPrivateHelp}</p></div>`;

export const sidePanelStyles = css`
  parley-side-panel { display: flex; flex-direction: column; min-block-size: 0; border-inline-start: 1px solid var(--line); background: var(--ground); container: panel / inline-size; }
  .panel-head { display: flex; align-items: stretch; gap: 4px; min-block-size: 68px; padding: 0 8px; border-block-end: 1px solid var(--line); background: var(--surface); }
  .panel-head > button { align-self: center; }
  .panel-head [role='tablist'] { display: flex; flex: 1; min-inline-size: 0; overflow: auto hidden; scrollbar-width: none; }
  [role='tab'] { flex: 1 0 auto; padding: 0 2px; gap: 6px; border-radius: 8px 8px 0 0; color: var(--soft); border-block-end: 2px solid transparent; }
  [role='tab'] .icon { display: none; }
  @container panel (max-width: 24rem) {
    [role='tab'][aria-selected='false'] .icon { display: block; }
    [role='tab'][aria-selected='false'] .name { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  }
  [role='tab'][aria-selected='true'] { color: var(--ink); font-weight: 600; border-block-end-color: var(--accent); }
  [role='tab']:focus-visible { outline-offset: -2px; }
  .panel-body { flex: 1; min-block-size: 0; overflow: hidden auto; padding: 16px; display: flex; flex-direction: column; outline-offset: -2px; }
  .panel-body.private { padding: 0; overflow: hidden; }
  .panel-body.private parley-transcript { flex: 1; }
  .panel-body.private .column { padding-inline: 16px; }
  .panel-body.private .line.answer { margin-inline: 0; }
  .panel-body.private .pending { margin-inline-start: 0; }
  .private-foot { padding: 8px 12px 12px; }
  .panel-blank { display: grid; justify-items: center; gap: 8px; text-align: center; padding: 48px 16px; color: var(--soft); }
  .panel-blank h3 { color: var(--ink); }
  .panel-blank .icon { inline-size: 28px; block-size: 28px; }
`;
