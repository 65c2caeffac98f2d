import type { Fault } from '@parley/shared/fault';
import { css, html, nothing, type TemplateResult } from 'lit';
import type { ConnectionView, OutboxItem, RoomViewModel } from '../view.ts';
import { fullDate, timeOfDay } from './format.ts';
import { lockIcon } from './icons.ts';
import type { Names } from './names.ts';
import { faultWords, strings } from './strings.ts';

type Ended = Extract<ConnectionView, { kind: 'ended' }>;

/** The server said no for good. Nothing of the room is shown any more, but a person's own words are given back. */
export function endedView(
  ended: Ended,
  { outbox, you }: Pick<RoomViewModel, 'outbox' | 'you'>,
  names: Names,
  again: () => void,
): TemplateResult {
  const { title, help, reload } =
    ended.by !== undefined && ended.by === you?.id
      ? leftWords
      : { ...endedWords(ended, you, names), reload: strings.reload };
  return html`<section class="ended" role="alert" part="ended">
    <span class="ended-mark" aria-hidden="true">${lockIcon}</span>
    <h2>${title}</h2><p class="soft">${help}</p>
    <div class="ended-acts"><button type="button" class="outline" @click=${again}>${reload}</button><slot name="menu"></slot></div>
    ${outbox.length === 0 ? nothing : keptWords(outbox)}
  </section>`;
}

const leftWords = { title: strings.leftTitle, help: strings.leftHelp, reload: strings.openAgain };

function endedWords(
  { fault, by, at }: Ended,
  you: RoomViewModel['you'],
  names: Names,
): { title: string; help: string } {
  // Nobody was told who they are here: they were never let in, so nothing was taken from them.
  if (fault.code === 'not_found' && by === undefined && you === null)
    return { title: strings.closedTitle, help: strings.removedPlain };
  if (fault.code === 'not_found') return { title: strings.removedTitle, help: removed(by, at, names) };
  if (fault.code === 'forbidden' && by !== undefined)
    return { title: strings.removedTitle, help: removed(by, at, names) };
  return {
    title: titleOf(fault),
    help: fault.code === 'token_expired' || fault.code === 'unauthenticated' ? strings.expiredHelp : faultWords(fault),
  };
}

function removed(by: string | undefined, at: number | undefined, names: Names): string {
  return by === undefined || at === undefined
    ? strings.removedPlain
    : strings.removedBy(names.name(by), timeOfDay(at), fullDate(at));
}

function titleOf({ code }: Fault): string {
  if (code === 'token_expired' || code === 'unauthenticated') return strings.expiredTitle;
  return code === 'forbidden' ? strings.forbiddenTitle : strings.endedTitle;
}

function keptWords(outbox: readonly OutboxItem[]): TemplateResult {
  return html`<div class="kept"><p>${strings.keptWords}</p>${outbox.map(
    (item) => html`<div class="code">
    <div class="code-head"><span>${item.kind === 'prompt' ? strings.askMode : strings.sayMode}</span>
      <button type="button" class="quiet" data-copy>${strings.copy}</button></div>
    <pre tabindex="0"><code>${item.text}</code></pre></div>`,
  )}</div>`;
}

export const endedStyles = css`
  .ended { display: grid; align-content: center; justify-items: center; gap: 12px; min-block-size: 100%; padding: 32px 24px; text-align: center; overflow: auto; }
  .ended-mark { display: grid; place-items: center; inline-size: 56px; block-size: 56px; border-radius: 50%; background: var(--surface); border: 1px solid var(--line); color: var(--soft); }
  .ended-acts { display: flex; flex-wrap: wrap; justify-content: center; gap: 8px; margin-block-start: 8px; }
  .ended h2 { font-size: 1.375rem; letter-spacing: -0.015em; text-wrap: balance; }
  .ended > p { max-inline-size: 34rem; text-wrap: balance; }
  .kept { display: grid; gap: 10px; inline-size: min(100%, 38rem); margin-block-start: 20px; text-align: start; }
  .kept pre { white-space: pre-wrap; overflow-wrap: anywhere; }
`;
