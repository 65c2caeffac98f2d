import type { Entry } from '@parley/shared/entry';
import { css, html, nothing, type TemplateResult } from 'lit';
import { lockIcon } from './icons.ts';
import { tell } from './room-events.ts';
import { strings } from './strings.ts';

/** Says that something was told to this person alone, and where it stands. */
export function toldCard(notice: Entry | null): TemplateResult | typeof nothing {
  if (notice === null) return nothing;
  const look = ({ currentTarget }: Event): void => {
    if (currentTarget !== null) tell(currentTarget, 'room-show', 'private');
  };
  return html`<div class="told-card" role="group" aria-label=${strings.toldYou}>${lockIcon}
    <p><b>${strings.toldYou}</b> ${notice.text}</p>
    <button type="button" class="outline" @click=${look}>${strings.look}</button></div>`;
}

export const toldCardStyles = css`
  .told-card { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; padding: 10px 10px 10px 14px; margin-block-end: 8px; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); }
  .told-card .icon { color: var(--soft); }
  .told-card p { flex: 1 1 14rem; min-inline-size: 0; overflow-wrap: anywhere; }
  .told-card b { display: block; font-weight: 650; }
`;
