import type { Entry } from '@parley/shared/entry';
import type { Fault } from '@parley/shared/fault';
import { css, html, nothing, type TemplateResult } from 'lit';
import type { EntryOffers } from './entry-offers.ts';
import { offersAnything } from './entry-offers.ts';
import { timeOfDay } from './format.ts';
import { moreIcon } from './icons.ts';
import { tell } from './room-events.ts';
import { faultWords } from './strings.ts';
import { entryStrings } from './strings-entries.ts';

/** What is being done with one entry; at most one of a lane at a time. */
export interface ActingOn {
  readonly entry: Entry['id'];
  readonly step: 'choosing' | 'redacting';
  readonly refused: Fault | null;
}

export interface EntryActs {
  readonly lane: 'room' | 'me';
  readonly offers: EntryOffers;
  readonly acting: ActingOn | null;
  /** Begins, goes on with, or (null) ends what is done with it. */
  readonly act: (acting: ActingOn | null) => void;
  readonly redact: (entry: Entry) => void;
}

/** Opens what can be done with an entry; always there for keys, seen when the entry is pointed at. */
export function entryMore(entry: Entry, { offers, acting, act }: EntryActs): TemplateResult | typeof nothing {
  if (!offersAnything(offers)) return nothing;
  const open = acting === null;
  return html`<button type="button" class="icon-only quiet entry-more" aria-label=${entryStrings.acts(entry.author.name, timeOfDay(entry.at))}
    aria-expanded=${open ? 'false' : 'true'} @click=${() => act(open ? { entry: entry.id, step: 'choosing', refused: null } : null)}>${moreIcon}</button>`;
}

export function entryActs(entry: Entry, acts: EntryActs): TemplateResult | typeof nothing {
  const { acting, act } = acts;
  if (acting === null) return nothing;
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    act(null);
  };
  return html`<div class="entry-acts" role="group" aria-label=${entryStrings.acts(entry.author.name, timeOfDay(entry.at))} @keydown=${onKey}>
    ${acting.step === 'choosing' ? choices(entry, acts) : redacting(entry, acts, acting)}</div>`;
}

function choices(entry: Entry, { lane, offers, act }: EntryActs): TemplateResult {
  const done = (event: Event, name: 'quote' | 'share' | 'pin'): void => {
    const { currentTarget } = event;
    if (currentTarget === null) return;
    if (name === 'quote') tell(currentTarget, 'room-quote', { lane, entry });
    else
      tell(currentTarget, 'room-dialog', name === 'pin' ? { kind: 'memory', lane, entry } : { kind: 'release', entry });
    act(null);
  };
  return html`${offers.quote ? html`<button type="button" class="outline" @click=${(event: Event) => done(event, 'quote')}>${entryStrings.quote}</button>` : nothing}
    ${offers.share ? html`<button type="button" class="outline" @click=${(event: Event) => done(event, 'share')}>${entryStrings.share}</button>` : nothing}
    ${offers.pin ? html`<button type="button" class="outline" @click=${(event: Event) => done(event, 'pin')}>${entryStrings.pin}</button>` : nothing}
    ${offers.redact ? html`<button type="button" class="quiet danger" @click=${() => act({ entry: entry.id, step: 'redacting', refused: null })}>${entryStrings.redact}</button>` : nothing}`;
}

/** Says what will happen; keeping the words is the first choice, and Escape's. */
function redacting(entry: Entry, { act, redact }: EntryActs, { refused }: ActingOn): TemplateResult {
  return html`<p>${entryStrings.redactHelp}</p>${refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(refused)}</p>`}
    <button type="button" class="outline" data-first @click=${() => act(null)}>${entryStrings.keepWords}</button>
    <button type="button" class="outline danger" @click=${() => redact(entry)}>${entryStrings.redactNow}</button>`;
}

export const entryActsStyles = css`
  .line { position: relative; }
  .entry-more { position: absolute; inset-block-start: 2px; inset-inline-end: 0; opacity: 0; }
  .line:hover > .entry-more, .entry-more:focus-visible, .entry-more[aria-expanded='true'] { opacity: 1; }
  @media (hover: none) { .entry-more { opacity: 1; } }
  .line:has(> .entry-more) :is(.head, .continued-words) { padding-inline-end: 44px; }
  .entry-acts { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-block-start: 8px; }
  .entry-acts p { flex-basis: 100%; }
`;
