import type { Entry } from '@parley/shared/entry';
import { css, html, nothing, type TemplateResult } from 'lit';
import { brief } from './format.ts';
import { closeIcon } from './icons.ts';
import { plainText } from './plain-text.ts';
import { entryStrings } from './strings-entries.ts';

const SHOWN = 90;

/** The entries that a question is about, and nothing else is sent with it; each can be left out again. */
export function quoteChips(quotes: readonly Entry[], onLeave: (entry: Entry) => void): TemplateResult | typeof nothing {
  if (quotes.length === 0) return nothing;
  return html`<div class="quotes"><p class="soft">${entryStrings.quotesOnly}</p>
    <ul role="list">${quotes.map(
      (entry) => html`<li><span><b>${entry.author.name}</b> ${brief(plainText(entry.text), SHOWN)}</span>
        <button type="button" class="icon-only quiet" aria-label=${entryStrings.unquote(entry.author.name)} @click=${() => onLeave(entry)}>${closeIcon}</button></li>`,
    )}</ul></div>`;
}

export const quoteStyles = css`
  .quotes { padding: 6px 10px 8px; border-block-end: 1px solid var(--line); }
  .quotes ul { display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px; max-block-size: 9rem; overflow-y: auto; }
  .quotes li { display: flex; align-items: center; gap: 8px; padding-inline-start: 10px; border-inline-start: 3px solid var(--accent-line); }
  .quotes li span { flex: 1; min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .quotes b { font-weight: 600; }
`;
