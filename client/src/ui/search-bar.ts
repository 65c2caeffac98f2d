import { css, html, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { RoomViewModel } from '../view.ts';
import { closeIcon } from './icons.ts';
import './late.ts';
import type { Names } from './names.ts';
import { strings } from './strings.ts';

/** Where words to search for are written. */
export function searchBar(query: string, onQuery: (event: InputEvent) => void, onClose: () => void): TemplateResult {
  return html`<search class="search"><input type="search" aria-label=${strings.search} placeholder=${strings.searchPlaceholder} maxlength="200"
      .value=${query} @input=${onQuery} />
    <button type="button" class="icon-only quiet" aria-label=${strings.closeSearch} @click=${onClose}>${closeIcon}</button></search>`;
}

export interface Search {
  readonly client: RoomClient;
  readonly view: RoomViewModel;
  /** Trimmed, not empty. */
  readonly query: string;
  readonly names: Names;
}

/** What was found, over the conversation, which keeps its place behind it. */
export function searchOver({ client, view, query, names }: Search): TemplateResult {
  return html`<parley-late .needs=${'search'} .content=${html`<parley-search-results .client=${client} .query=${query} .view=${view} .names=${names}></parley-search-results>`}></parley-late>`;
}

export const searchStyles = css`
  .search { grid-area: search; display: flex; gap: 8px; padding: 8px 12px 8px 28px; border-block-end: 1px solid var(--line); background: var(--surface); }
  .search input { flex: 1; min-inline-size: 0; min-block-size: 44px; padding-inline: 12px; border: 1px solid var(--strong-line); border-radius: var(--radius-small); background: var(--surface); }
  .search input::placeholder { color: var(--soft); opacity: 1; }
  @container room (max-width: 45rem) { .search { padding-inline: 14px 6px; } }
`;
