import { css, html, nothing, type TemplateResult } from 'lit';
import type { RoomViewModel } from '../view.ts';
import { aiMark } from './face.ts';
import { tell } from './room-events.ts';
import { strings } from './strings.ts';

/** A room in which nothing was said yet: what it is for, and three things to try. */
export function emptyRoom(view: RoomViewModel): TemplateResult {
  const alone = view.people.every(({ you }) => you);
  const mayAsk = view.capabilities.has('prompt.room');
  return html`<div class="blank empty-room">${aiMark}<h3>${strings.emptyTitle}</h3><p class="soft">${strings.emptyHelp}</p>
    ${mayAsk ? thingsToTry() : nothing}
    ${alone ? html`<p class="soft">${strings.alone}</p>` : nothing}</div>`;
}

function thingsToTry(): TemplateResult {
  return html`<p class="soft">${strings.emptyTry}</p>
    <ul class="tries" role="list">${strings.tries.map(({ title, text }) => tryView(title, text))}</ul>`;
}

function tryView(title: string, text: string): TemplateResult {
  return html`<li><button type="button" class="outline" @click=${(event: Event) => event.currentTarget && tell(event.currentTarget, 'room-try', text)}>
    <b>${title}</b><span class="soft">${text}</span></button></li>`;
}

export const emptyRoomStyles = css`
  .empty-room .ai-mark { inline-size: 52px; block-size: 52px; border-radius: 16px; }
  .empty-room .ai-mark svg { inline-size: 28px; block-size: 28px; }
  .empty-room > p { text-wrap: balance; }
  .tries { display: grid; gap: 10px; inline-size: 100%; margin-block: 10px; }
  .tries button { inline-size: 100%; display: grid; justify-content: start; justify-items: start; gap: 2px; padding: 12px 16px; white-space: normal; text-align: start; border-radius: var(--radius); }
  .tries b { font-weight: 600; }
`;
