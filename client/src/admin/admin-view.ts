import type { Fault, Result } from '@parley/shared/fault';
import { html, nothing, type TemplateResult } from 'lit';
import { Part } from '../ui/part.ts';
import { faultWords } from '../ui/strings.ts';
import type { AdminApi } from './admin-api.ts';
import { adminStrings as words } from './admin-strings.ts';
import './confirm-dialog.ts';
import type { Question } from './confirm-dialog.ts';

type Load<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'shown'; readonly value: T };

/**
 * One view of the admin page: what it loads, what it shows while it has not, may not or could not, and what it asks
 * before it is done.
 */
export abstract class AdminView<T> extends Part {
  static override properties = {
    api: { attribute: false },
    load: { state: true },
    done: { state: true },
    question: { state: true },
  };
  declare api: AdminApi;
  declare protected load: Load<T>;
  /** What was just done, in words. */
  declare protected done: string;
  /** What somebody has to say yes to; null: nothing. */
  declare protected question: Question | null;
  #asked = 0;

  constructor() {
    super();
    this.load = { kind: 'loading' };
    this.done = '';
    this.question = null;
  }

  protected abstract fetch(): Promise<Result<T>>;
  protected abstract content(value: T): TemplateResult;

  /** What a view says about a fault that means something of its own there; null: what every view says. */
  protected refusal(_fault: Fault): TemplateResult | null {
    return null;
  }

  /** Goes on when what was asked about was done. */
  protected answered(): Promise<void> {
    return this.reload();
  }

  protected override firstUpdated(): void {
    void this.reload();
  }

  /** Loads again; an answer that a later question overtook is dropped. */
  protected async reload(): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    const may = await this.api.mayAdminister();
    const result = may.ok ? await this.fetch() : may;
    if (mine !== this.#asked) return;
    this.load = result.ok ? { kind: 'shown', value: result.value } : { kind: 'failed', fault: result.fault };
  }

  override render(): TemplateResult {
    return html`<p class="done" role="status">${this.done}</p>${this.#body()}${this.#dialog()}`;
  }

  #dialog(): TemplateResult | typeof nothing {
    if (this.question === null) return nothing;
    const finished = (done: string): void => {
      this.done = done;
      void this.answered();
    };
    return html`<parley-admin-confirm .question=${this.question} .finished=${finished} @room-dialog=${() => (this.question = null)}></parley-admin-confirm>`;
  }

  #body(): TemplateResult {
    const { load } = this;
    if (load.kind === 'loading') return html`<p class="soft blank" role="status">${words.loading}</p>`;
    if (load.kind === 'shown') return this.content(load.value);
    const own = this.refusal(load.fault);
    if (own !== null) return own;
    const { code } = load.fault;
    if (code === 'forbidden') return told(words.deniedTitle, words.denied);
    if (code === 'unauthenticated' || code === 'token_expired') return told(words.signInTitle, words.signIn);
    return html`<div class="blank" role="alert"><h3>${words.failed}</h3><p class="soft">${faultWords(load.fault)}</p>
      <button type="button" class="outline" @click=${() => void this.reload()}>${words.again}</button></div>`;
  }
}

export function told(title: string, text: string): TemplateResult {
  return html`<div class="blank" role="alert"><h3>${title}</h3><p>${text}</p></div>`;
}

export function blank(text: string): TemplateResult {
  return html`<p class="soft blank">${text}</p>`;
}

/** A table that scrolls by itself where it is wider than the page. */
export function table(label: string, heads: readonly string[], rows: readonly TemplateResult[]): TemplateResult {
  return html`<div class="table" role="region" aria-label=${label} tabindex="0"><table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
