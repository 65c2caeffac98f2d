import type { Entry } from '@parley/shared/entry';
import { css, html, nothing, type TemplateResult } from 'lit';
import { tell } from './room-events.ts';
import { entryStrings } from './strings-entries.ts';

/** The passages of an entry that were said before, one line each; it opens where they stand (C12). */
export function entryRepeats(
  { repeats = [] }: Entry,
  lane: 'room' | 'me',
  name: (id: string) => string,
): TemplateResult | typeof nothing {
  if (repeats.length === 0) return nothing;
  return html`<ul class="repeats" role="list">${repeats.map(({ entry, at, from, to, author }) => {
    const whom = author.kind === 'ai' ? entryStrings.ofTheAi : entryStrings.ofAuthor(name(author.id));
    const words = entryStrings.repeats(at, at + to - from, whom);
    return html`<li><button type="button" class="quiet repeat" @click=${({ target }: Event) => target && tell(target, 'room-find', { lane, entry })}>${words}</button></li>`;
  })}</ul>`;
}

export const entryRepeatsStyles = css`
  .repeats { margin-block: 2px; }
  .repeat { min-block-size: 44px; white-space: normal; padding-inline: 0; color: var(--soft); text-align: start; text-decoration: underline; text-underline-offset: 3px; }
`;
