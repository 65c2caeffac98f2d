import type { Entry } from '@parley/shared/entry';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { RoomClient } from '../room-client.ts';
import type { RoomViewModel } from '../view.ts';
import { sendIcon } from './icons.ts';
import { define, Part } from './part.ts';
import './late.ts';
import { quoteChips, quoteStyles } from './quote-chips.ts';
import { forTab, recall, remember } from './remember.ts';
import { tell } from './room-events.ts';
import { strings } from './strings.ts';
import { entryStrings } from './strings-entries.ts';

type What = 'ask' | 'say';
type Where = 'room' | 'me';
const TYPING_ENDS_MS = 3_000;
const MOST_QUOTES = 20;
/** From so many characters on it is said what a question would take. */
const LARGE = 4_000;

/** Where words are written, with a sentence that says what sending them will do. */
export class ParleyComposer extends Part {
  static override properties = {
    client: { attribute: false },
    capabilities: { attribute: false },
    only: { attribute: false },
    draftKey: { attribute: false },
    entries: { attribute: false },
    what: { state: true },
    where: { state: true },
    text: { state: true },
    quotes: { state: true },
    model: { state: true },
  };
  declare client: RoomClient;
  declare capabilities: RoomViewModel['capabilities'];
  /** `me`: writes to the private lane alone; null: the person chooses. */
  declare only: 'me' | null;
  /** Keeps unsent words for this tab under this name. */
  declare draftKey: string;
  /** Of the lane that is quoted from: words that are taken away, or may not be read any more, are quoted no more. */
  declare entries: readonly Entry[];
  declare what: What;
  declare where: Where;
  declare text: string;
  /** What the next question is about, and nothing else is sent with it; empty: all that was said. */
  declare quotes: readonly Entry[];
  /** Who is to answer; null: whoever answers when nobody is chosen. */
  declare model: string | null;
  #typing: { readonly where: Where; readonly ends: ReturnType<typeof setTimeout> } | null = null;

  constructor() {
    super();
    this.what = 'ask';
    this.where = 'room';
    this.text = '';
    this.quotes = [];
    this.model = null;
    this.only = null;
  }

  /** Puts a text here for the person to change and send. */
  start(text: string): void {
    this.what = this.#may('ask') ? 'ask' : 'say';
    this.#write(text);
    this.querySelector('textarea')?.focus();
  }

  /** Has the next question be about this entry, and the others chosen before. */
  quote(entry: Entry): void {
    this.what = 'ask';
    const others = this.quotes.filter(({ id }) => id !== entry.id);
    if (others.length < MOST_QUOTES) this.quotes = [...others, entry];
    this.querySelector('textarea')?.focus();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('draftKey') && this.text === '') this.text = recall(forTab, this.draftKey) ?? '';
    if (changed.has('entries') && this.quotes.length > 0) this.quotes = this.quotes.filter((one) => this.#reads(one));
    if (this.only === 'me') this.where = 'me';
    else if (this.where === 'me' && !this.#may(this.what, 'me')) this.where = 'room';
    if (!this.#may(this.what)) this.what = this.what === 'ask' ? 'say' : 'ask';
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('text')) return;
    const area = this.querySelector('textarea');
    if (area === null || CSS.supports('field-sizing', 'content')) return;
    area.style.blockSize = 'auto';
    area.style.blockSize = `${area.scrollHeight}px`;
  }

  #reads({ id }: Entry): boolean {
    return this.entries.some((one) => one.id === id && one.redactedBy === undefined);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopTyping();
  }

  #may(what: What, where: Where = this.where): boolean {
    if (what === 'say') return this.capabilities.has('message.post');
    return this.capabilities.has(where === 'me' ? 'prompt.private' : 'prompt.room');
  }

  override render(): TemplateResult {
    if (!this.#may('ask') && !this.#may('say')) return readOnly;
    const { what, where } = this;
    const effect =
      this.#about.length > 0 ? entryStrings : { effect: strings.effect[what], effectShort: strings.effectShort[what] };
    return html`<form class="composer" part="composer" aria-label=${this.only === 'me' ? strings.composerPrivate : strings.composer} @submit=${this.#onSubmit}>
      ${this.#about.length === 0 ? nothing : quoteChips(this.#about, (entry) => this.#leaveOut(entry))}
      <textarea rows="1" part="input" aria-label=${strings.placeholder[what][where]} placeholder=${strings.placeholder[what][where]}
        aria-describedby=${this.#effectId} enterkeyhint="send" .value=${live(this.text)} @input=${this.#onInput} @keydown=${this.#onKey} @blur=${this.#stopTyping}></textarea>
      ${this.#forecast()}
      <div class="composer-row">
        ${this.#choice('what', strings.what, [
          ['say', strings.sayMode, this.#may('say')],
          ['ask', strings.askMode, this.#may('ask')],
        ])}
        ${
          this.only === null
            ? this.#choice('where', strings.to, [
                ['room', strings.toRoom, true],
                ['me', strings.toMe, this.#mayMe],
              ])
            : nothing
        }
        ${what === 'ask' ? this.#models() : nothing}
        <p class="effect" id=${this.#effectId} title=${strings.keys}><span class="long">${effect.effect[where]}</span><span class="short">${effect.effectShort[where]}</span></p>
        <button type="submit" class="primary icon-only send" aria-label=${strings.send} ?disabled=${this.text.trim() === ''}>${sendIcon}</button>
      </div>
    </form>`;
  }

  #models(): TemplateResult {
    const choose = (model: string | null): void => void (this.model = model);
    return html`<parley-late .needs=${'models'} .quiet=${true} .content=${html`<parley-model-menu .client=${this.client} .capabilities=${this.capabilities} .model=${this.model} .choose=${choose}></parley-model-menu>`}></parley-late>`;
  }

  #forecast(): TemplateResult | typeof nothing {
    if (this.what !== 'ask' || this.quotes.length > 0 || this.text.length < LARGE) return nothing;
    return html`<parley-late .needs=${'forecast'} .quiet=${true} .content=${html`<parley-forecast .client=${this.client} .text=${this.text} .audience=${this.where}></parley-forecast>`}></parley-late>`;
  }

  /** Quotes are for questions. */
  get #about(): readonly Entry[] {
    return this.what === 'ask' ? this.quotes : [];
  }

  #leaveOut({ id }: Entry): void {
    this.quotes = this.quotes.filter((one) => one.id !== id);
    this.querySelector('textarea')?.focus();
  }

  /** Notes to oneself live in the private lane, so both need the right to have one. */
  get #mayMe(): boolean {
    return this.capabilities.has('prompt.private');
  }

  get #effectId(): string {
    return this.only === 'me' ? 'effect-me' : 'effect';
  }

  #choice(
    name: 'what' | 'where',
    legend: string,
    options: readonly (readonly [What | Where, string, boolean])[],
  ): TemplateResult {
    const group = `${name}-${this.only ?? 'all'}`;
    return html`<fieldset class="choice"><legend class="said">${legend}</legend>
      ${options.map(
        ([value, label, may]) => html`<label><input type="radio" name=${group} .value=${value}
        .checked=${live(this[name] === value)} ?disabled=${!may} @change=${() => this.#choose(value)} /><span>${label}</span></label>`,
      )}
    </fieldset>`;
  }

  #choose(value: What | Where): void {
    if (value === 'ask' || value === 'say') this.what = value;
    else this.where = value;
  }

  #write(text: string): void {
    this.text = text;
    remember(forTab, this.draftKey, text === '' ? null : text);
  }

  readonly #onInput = (event: InputEvent): void => {
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    this.#write(event.target.value);
    // Nobody sees it in private; there the server gets ready for a question.
    const tells = this.where === 'room' || this.what === 'ask';
    if (tells && this.text !== '') this.#startTyping(this.where);
    else this.#stopTyping();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  };

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    this.#send();
  };

  #send(): void {
    const text = this.text.trim();
    if (text === '') return;
    const quotes = this.#about.map(({ id }) => id);
    const { model } = this;
    const clean = quotes.length === 0 ? {} : { quotes };
    const chosen = model === null ? {} : { model };
    if (this.what === 'ask') this.client.ask(text, { audience: this.where, ...clean, ...chosen });
    else this.client.say(text, { audience: this.where });
    this.#write('');
    if (this.what === 'ask') this.quotes = [];
    this.#stopTyping();
    tell(this, 'room-sent', this.where);
    this.querySelector('textarea')?.focus();
  }

  #startTyping(where: Where): void {
    if (this.#typing?.where !== where) this.#stopTyping();
    if (this.#typing === null) this.client.setTyping(true, where);
    else clearTimeout(this.#typing.ends);
    this.#typing = { where, ends: setTimeout(() => this.#stopTyping(), TYPING_ENDS_MS) };
  }

  readonly #stopTyping = (): void => {
    if (this.#typing === null) return;
    const { where, ends } = this.#typing;
    clearTimeout(ends);
    this.#typing = null;
    this.client.setTyping(false, where);
  };
}
define('parley-composer', ParleyComposer);

const readOnly = html`<div class="composer read-only" part="composer"><p>${strings.readOnly}</p><p class="soft">${strings.readOnlyHelp}</p></div>`;

const narrow = css`
  .composer-row { gap: 6px; }
  .choice span { padding-inline: 8px; }
  .effect { order: -1; flex-basis: 100%; padding-inline: 10px; }
`;

export const composerStyles = css`
  parley-composer { display: block; container: composer / inline-size; }
  .composer { display: block; border: 1px solid var(--strong-line); border-radius: var(--radius); background: var(--surface); padding: 6px; transition: border-color var(--quick); }
  .composer:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
  .composer.read-only { padding: 12px 16px; border-style: dashed; }
  .composer textarea { display: block; inline-size: 100%; min-block-size: 44px; max-block-size: min(30vh, 14rem); padding: 10px 10px 8px; border: 0; background: none; resize: none; field-sizing: content; line-height: 1.5; outline: none; }
  .composer textarea::placeholder { color: var(--soft); opacity: 1; }
  .composer-row { display: flex; align-items: center; gap: 8px; flex-wrap: wrap; }
  ${quoteStyles}
  .choice { display: inline-flex; padding: 0; border-radius: var(--radius-small); background: var(--raised); }
  .choice label { position: relative; display: inline-flex; cursor: pointer; }
  .choice input { position: absolute; inset: 0; opacity: 0; margin: 0; inline-size: 100%; block-size: 100%; cursor: inherit; }
  .choice span { display: inline-flex; align-items: center; min-block-size: 44px; padding-inline: 14px; border-radius: var(--radius-small); border: 1px solid transparent; color: var(--soft); }
  .choice input:checked + span { color: var(--ink); font-weight: 600; background: var(--surface); border-color: var(--strong-line); }
  .choice input:disabled + span { text-decoration: line-through; }
  .choice input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 1px; }
  .effect { flex: 1 1 8rem; color: var(--soft); min-inline-size: 0; }
  .send { flex: none; margin-inline-start: auto; border-radius: var(--radius-small); }
  .effect .short { display: none; }
  /* By its own width: it stands in the room and in the panel, and the panel narrows the room. */
  @container composer (max-width: 46rem) {
    .effect .long { display: none; }
    .effect .short { display: inline; }
  }
  @container composer (max-width: 36rem) { ${narrow} }
`;
