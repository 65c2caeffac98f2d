import type { TurnView } from '@parley/shared/entry';
import type { Result } from '@parley/shared/fault';
import type { TurnId } from '@parley/shared/ids';
import { css, html, nothing, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { Pending } from './pending.ts';
import { valueOrTell } from './room-events.ts';
import { faultWords, strings } from './strings.ts';

/** Words of mine that are on their way, waiting or refused. */
export function pendingView(item: Pending, client: RoomClient): TemplateResult {
  const { refused, unconfirmed } = item;
  return html`<div class="pending ${refused === null ? '' : 'refused'}" part="pending">
    <p class="pending-words">${item.text}</p>
    <p class="pending-state"><span class="chip">${item.status}</span>
      ${refused === null ? nothing : html`<span>${faultWords(refused)}</span>`}</p>
    ${refused === null ? nothing : refusedActs(item, client)}
    ${unconfirmed === null ? nothing : confirmActs(unconfirmed, client)}
  </div>`;
}

function refusedActs({ id }: Pending, client: RoomClient): TemplateResult {
  return html`<p class="pending-acts">
    <button type="button" class="outline" @click=${() => client.retry(id)}>${strings.retry}</button>
    <button type="button" class="quiet" @click=${() => client.discard(id)}>${strings.discard}</button></p>`;
}

function confirmActs(turn: TurnId, client: RoomClient): TemplateResult {
  const tell = ({ currentTarget }: Event, result: Promise<Result<TurnView>>) =>
    currentTarget && void valueOrTell(currentTarget, result);
  return html`<p class="soft">${strings.stillWanted}</p><p class="pending-acts">
    <button type="button" class="primary" @click=${(event: Event) => tell(event, client.unhold(turn))}>${strings.keepIt}</button>
    <button type="button" class="quiet danger" @click=${(event: Event) => tell(event, client.withdraw(turn))}>${strings.withdraw}</button></p>`;
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
