import { css, html, nothing, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { Pending } from './pending.ts';
import { faultWords, strings } from './strings.ts';

/** Words of mine that are on their way, waiting or refused. */
export function pendingView(item: Pending, client: RoomClient): TemplateResult {
  const { refused } = item;
  return html`<div class="pending ${refused === null ? '' : 'refused'}" part="pending">
    <p class="pending-words">${item.text}</p>
    <p class="pending-state"><span class="chip">${item.status}</span>
      ${refused === null ? nothing : html`<span>${faultWords(refused)}</span>`}</p>
    ${
      refused === null
        ? nothing
        : html`<p class="pending-acts">
      <button type="button" class="outline" @click=${() => client.retry(item.id)}>${strings.retry}</button>
      <button type="button" class="quiet" @click=${() => client.discard(item.id)}>${strings.discard}</button></p>`
    }
  </div>`;
}

export const pendingStyles = css`
  .pending { margin-block: 8px; margin-inline-start: 48px; padding: 10px 14px; border-radius: var(--radius); border: 1px dashed var(--strong-line); }
  .pending-words { white-space: pre-wrap; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 6; overflow: hidden; }
  .pending-state { margin-block-start: 6px; color: var(--soft); }
  .pending.refused { border-color: var(--bad); background: var(--bad-wash); }
  .refused .pending-state { color: var(--bad); }
  .refused .pending-words { -webkit-line-clamp: none; }
  .pending-acts { display: flex; gap: 8px; margin-block-start: 6px; }
  @container room (max-width: 45rem) { .pending { margin-inline-start: 0; } }
`;
