import type { Fault } from '@parley/shared/fault';
import { css, html, nothing, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { RoomViewModel } from '../view.ts';
import { closeIcon, warnIcon } from './icons.ts';
import { faultWords, strings } from './strings.ts';

/** What a person must know before they go on: lost connection, a model that is away, words given back. */
export function bannersView(view: RoomViewModel, client: RoomClient): TemplateResult {
  return html`${connectionBanner(view)}${modelBanner(view)}${lostWordsBanner(view, client)}`;
}

function connectionBanner(view: RoomViewModel): TemplateResult | typeof nothing {
  const { connection } = view;
  if (connection.kind !== 'reconnecting') return nothing;
  const words = !navigator.onLine
    ? strings.offline
    : connection.fault?.code === 'unavailable'
      ? strings.draining
      : strings.reconnecting;
  const kept = view.outbox.filter(({ state }) => state.kind === 'unsent').length;
  return banner('warn', html`<p>${words}${kept > 0 ? html` <b>${strings.unsent(kept)}</b>` : nothing}</p>`);
}

/** The newest answer failed, and nothing has worked since. */
function modelBanner({ room }: RoomViewModel): TemplateResult | typeof nothing {
  const last = room.entries.findLast(({ kind }) => kind === 'answer');
  if (last?.outcome !== 'failed' || room.answering !== null) return nothing;
  return banner('warn', html`<p><b>${last.reason ?? strings.modelDown}</b> ${strings.modelDownHelp}</p>`);
}

function lostWordsBanner({ lostWords }: RoomViewModel, client: RoomClient): TemplateResult | typeof nothing {
  if (lostWords === null) return nothing;
  return banner(
    'bad',
    html`<div class="lost"><p>${strings.lostWords}</p>
    <div class="code"><div class="code-head"><span>${strings.notes}</span><button type="button" class="quiet" data-copy>${strings.copy}</button></div>
      <pre tabindex="0"><code>${lostWords}</code></pre></div>
    <button type="button" class="outline" @click=${() => client.forgetLostWords()}>${strings.lostWordsDone}</button></div>`,
  );
}

/** Why something that the person just did was not done. */
export function refusedBanner(refused: Fault | null, onDismiss: () => void): TemplateResult | typeof nothing {
  if (refused === null) return nothing;
  return banner(
    'bad',
    html`<p>${faultWords(refused)}</p><button type="button" class="icon-only quiet" aria-label=${strings.dismiss} @click=${onDismiss}>${closeIcon}</button>`,
  );
}

function banner(tone: 'warn' | 'bad', content: TemplateResult): TemplateResult {
  return html`<div class="banner ${tone}" role=${tone === 'bad' ? 'alert' : 'status'}>${warnIcon}${content}</div>`;
}

export const bannerStyles = css`
  .banner { display: flex; align-items: flex-start; gap: 12px; padding: 12px 28px; border-block-end: 1px solid var(--line); }
  .banner .icon { margin-block-start: 2px; }
  .banner > p, .banner > div { flex: 1; min-inline-size: 0; }
  .banner.warn { background: var(--warn-wash); }
  .banner.warn .icon, .banner.warn b { color: var(--warn); }
  .banner.bad { background: var(--bad-wash); }
  .banner.bad .icon { color: var(--bad); }
  .banner b { font-weight: 650; }
  .banner button { margin-block: -10px; }
  .lost { display: grid; gap: 10px; justify-items: start; }
  .lost .code { inline-size: 100%; }
  .lost .code pre { max-block-size: 10rem; overflow: auto; }
  .lost button { margin-block: 0; }
  @container room (max-width: 45rem) { .banner { padding-inline: 14px; } }
`;
