import { css, html, nothing, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { Person, RoomViewModel } from '../view.ts';
import { face } from './face.ts';
import { panelIcon, searchIcon } from './icons.ts';
import './room-title.ts';
import { roomTitleStyles } from './room-title.ts';
import { strings } from './strings.ts';

export interface HeaderActs {
  readonly client: RoomClient;
  readonly panelOpen: boolean;
  readonly searching: boolean;
  readonly onPanel: () => void;
  readonly onSearch: () => void;
}

/** Title, who is here and typing, the state of the connection, search and the side panel. */
export function headerView(view: RoomViewModel, acts: HeaderActs): TemplateResult {
  const waiting = view.room.tickets.filter(({ state }) => state !== 'running').length;
  const panelLabel = acts.panelOpen ? strings.closePanel : strings.openPanel(waiting);
  return html`<header class="header" part="header">
    <div class="titles"><parley-room-title .client=${acts.client} .name=${view.title} .may=${view.capabilities.has('policy.set')} .made=${view.room.titledBy === 'ai'}></parley-room-title><p class="soft presence">${presence(view)}</p></div>
    <div class="faces" aria-hidden="true">${view.people.slice(0, 5).map((person) => face(person.name, person.color))}
      ${view.people.length > 5 ? html`<span class="more">+${view.people.length - 5}</span>` : nothing}</div>
    ${linkState(view)}
    <slot name="menu"></slot>
    <button type="button" class="icon-only quiet" aria-label=${strings.search} aria-pressed=${acts.searching ? 'true' : 'false'} title="${strings.search} (/)" @click=${acts.onSearch}>${searchIcon}</button>
    <button type="button" class="icon-only quiet panel-toggle" aria-label=${panelLabel} aria-expanded=${acts.panelOpen ? 'true' : 'false'} title=${panelLabel} @click=${acts.onPanel}>
      ${panelIcon}${waiting > 0 && !acts.panelOpen ? html`<span class="count">${waiting}</span>` : nothing}</button>
  </header>`;
}

function presence(view: RoomViewModel): string {
  const others = view.people.filter(({ you }) => !you);
  const typing = others.filter((person) => person.typing);
  if (typing.length > 0) return strings.typing(typing.map(({ name }) => name));
  if (view.connection.kind === 'connecting') return strings.connecting;
  return strings.here(names(others.slice(0, 2)), Math.max(0, others.length - 2));
}

function names(people: readonly Person[]): string[] {
  return people.map(({ name }) => name);
}

type Link = 'good' | 'busy' | 'bad';

function linkState(view: RoomViewModel): TemplateResult {
  const [state, words] = linkWords(view);
  return html`<p class="link ${state}" title=${words}><i aria-hidden="true"></i><span>${words}</span></p>`;
}

function linkWords({ connection, saved }: RoomViewModel): readonly [Link, string] {
  switch (connection.kind) {
    case 'online':
      return saved ? ['good', strings.connected] : ['busy', strings.saving];
    case 'connecting':
      return ['busy', strings.connecting];
    case 'reconnecting':
      return navigator.onLine ? ['busy', strings.reconnectingShort] : ['bad', strings.offlineShort];
    case 'ended':
      return ['bad', strings.endedShort];
  }
}

export const headerStyles = css`
  .header { position: relative; display: flex; align-items: center; gap: 8px; min-block-size: 68px; padding: 8px 12px 8px 28px; border-block-end: 1px solid var(--line); background: var(--surface); }
  .titles { flex: 1; min-inline-size: 0; }
  .titles h2 { font-size: 1.125rem; line-height: 1.3; letter-spacing: -0.01em; font-weight: 650; }
  .titles h2, .presence { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .faces { display: flex; gap: 4px; }
  .faces .more { display: inline-grid; place-items: center; min-inline-size: 36px; block-size: 36px; padding-inline: 6px; border-radius: 99px; background: var(--raised); color: var(--soft); font-weight: 600; }
  .link { display: inline-flex; align-items: center; gap: 8px; padding-inline: 10px; color: var(--soft); white-space: nowrap; }
  .link i { inline-size: 9px; block-size: 9px; border-radius: 50%; background: var(--good); }
  .link.busy i { background: var(--warn); animation: beat 1.6s ease-in-out infinite; }
  .link.bad i { background: var(--bad); }
  .panel-toggle { position: relative; }
  .count { display: inline-grid; place-items: center; min-inline-size: 24px; block-size: 24px; padding-inline: 6px; border-radius: 99px; background: var(--accent); color: var(--on-accent); font-weight: 600; line-height: 1; }
  .panel-toggle .count { position: absolute; inset-block-start: -2px; inset-inline-end: -4px; }
  button[aria-pressed='true'], .panel-toggle[aria-expanded='true'] { background: var(--raised); color: var(--ink); }
  @container room (max-width: 60rem) { .link.good span { display: none; } .link { padding-inline: 6px; } }
  @container room (max-width: 45rem) {
    .header { padding-inline: 14px 6px; gap: 2px; }
    .faces, .link span { display: none; }
  }
  ${roomTitleStyles}
`;
