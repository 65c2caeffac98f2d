import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { plusIcon } from './icons.ts';
import { Part } from './part.ts';
import { strings } from './strings.ts';

export type OpeningState<T> =
  | { readonly kind: 'closed' }
  /** `chosen`: what is not read from a field; `wrong`: why it was not done. */
  | { readonly kind: 'open'; readonly chosen: T; readonly wrong: string | null };

/** A button that opens a small form in its place. Escape and Cancel close it, and the focus goes with it. */
export abstract class OpeningForm<T> extends Part {
  static override properties = { client: { attribute: false }, form: { state: true } };
  declare client: RoomClient;
  declare form: OpeningState<T>;

  constructor() {
    super();
    this.form = { kind: 'closed' };
  }

  /** What it is for, on the button and as its heading; and the word that does it. */
  protected abstract readonly words: { readonly title: string; readonly go: string };
  protected abstract begin(): T;
  protected abstract fields(chosen: T, wrong: string | null): TemplateResult;
  protected abstract submit(chosen: T): void;

  protected override updated(changed: PropertyValues<this>): void {
    const before: OpeningState<T> | undefined = changed.get('form');
    if (before === undefined || before.kind === this.form.kind) return;
    if (this.form.kind === 'open') this.focusField();
    else this.querySelector<HTMLElement>('.add-open')?.focus();
  }

  override render(): TemplateResult {
    const { form, words } = this;
    if (form.kind === 'open') return this.#open(form);
    return html`<button type="button" class="outline wide add-open" @click=${() => this.choose(this.begin())}>${plusIcon}${words.title}</button>`;
  }

  #open({ chosen, wrong }: Extract<OpeningState<T>, { kind: 'open' }>): TemplateResult {
    const { title, go } = this.words;
    return html`<form class="card" aria-label=${title} novalidate @submit=${this.#onSubmit} @keydown=${this.#onKey}>
      <h3>${title}</h3>${this.fields(chosen, wrong)}
      ${wrong === null ? nothing : html`<p class="refusal" role="alert">${wrong}</p>`}
      <div class="row-acts"><button type="submit" class="primary">${go}</button>
        <button type="button" class="quiet" @click=${() => this.close()}>${strings.cancel}</button></div></form>`;
  }

  protected choose(chosen: T): void {
    this.form = { kind: 'open', chosen, wrong: null };
  }

  protected close(): void {
    this.form = { kind: 'closed' };
  }

  /** Says why not, where it was asked. */
  protected wrong(words: string): void {
    if (this.form.kind === 'open') this.form = { ...this.form, wrong: words };
    this.focusField();
  }

  protected focusField(): void {
    this.querySelector<HTMLElement>('.control')?.focus();
  }

  /** What is written in the field. */
  protected get written(): string {
    return this.querySelector<HTMLInputElement | HTMLSelectElement>('.control')?.value.trim() ?? '';
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.form.kind === 'open') this.submit(this.form.chosen);
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    this.close();
  };
}
