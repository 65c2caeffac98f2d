import { BudgetView, type BudgetLine } from '@parley/shared/admin';
import { html, nothing, type TemplateResult } from 'lit';
import { count } from '../ui/format.ts';
import { Modal } from '../ui/modal.ts';
import { define } from '../ui/part.ts';
import { faultWords } from '../ui/strings.ts';
import type { AdminApi } from './admin-api.ts';
import { budgetStrings as words } from './admin-strings-budgets.ts';
import { kindOfScope, limitFacts, readTokens } from './budget-facts.ts';

/** Sets or takes away one limit, while it says what the number does to whom. Calls `finished` with what was done. */
export class ParleyBudgetDialog extends Modal {
  static override properties = {
    api: { attribute: false },
    line: { attribute: false },
    finished: { attribute: false },
    text: { state: true },
    state: { state: true },
  };
  declare api: AdminApi;
  declare line: BudgetLine;
  declare finished: (done: string) => void;
  declare private text: string | null;
  declare private state: 'writing' | 'working' | { readonly refused: string };

  constructor() {
    super();
    this.text = null;
    this.state = 'writing';
  }

  override render(): TemplateResult {
    const { line, state } = this;
    const kind = kindOfScope(line.scope);
    const limit = limitOf(line);
    const text = this.text ?? (typeof limit === 'number' ? String(limit) : '');
    const tokens = readTokens(text);
    const facts = tokens === null ? [] : limitFacts(tokens, line, kind);
    const refused = typeof state === 'object' ? state.refused : '';
    return this.frame(
      words.titles[kind](line.title),
      html`<div class="modal-facts" id="modal-facts"><p class="soft">${words.now(count(line.used), count(line.reserved))}</p>
        <label class="asked-for"><span>${words.tokens}</span><input class="control" name="tokens" data-safe inputmode="numeric" autocomplete="off" .value=${text} @input=${this.#onInput} @keydown=${this.#onKey} /></label>
        ${text !== '' && tokens === null ? html`<p class="refusal">${words.wrong}</p>` : nothing}
        <ul class="facts-list" aria-live="polite">${facts.map((fact) => html`<li>${fact}</li>`)}</ul></div>
      <div class="modal-acts"><p class="refusal" role="alert" ?hidden=${refused === ''}>${refused}</p>
        <button type="button" class="outline" @click=${() => this.close()}>${words.cancel}</button>
        ${limit === null ? nothing : html`<button type="button" class="outline" ?disabled=${state === 'working'} @click=${() => void this.#set(null)}>${words.clear}</button>`}
        <button type="button" class="primary" ?disabled=${tokens === null || tokens === limit || state === 'working'} @click=${() => void this.#set(tokens)}>${words.save}</button></div>`,
    );
  }

  protected override safeChoice(): void {
    this.close();
  }

  readonly #onInput = ({ target }: Event): void => {
    if (target instanceof HTMLInputElement) this.text = target.value.trim();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const tokens = readTokens(this.text ?? '');
    if (event.key === 'Enter' && tokens !== null && tokens !== limitOf(this.line)) void this.#set(tokens);
  };

  async #set(tokens: number | null): Promise<void> {
    const { scope, title } = this.line;
    this.state = 'working';
    const put = { method: 'PUT', path: `/v1/budgets/${encodeURIComponent(scope)}`, body: { tokens } } as const;
    const answer = await this.api.send(put, BudgetView);
    if (!answer.ok) return void (this.state = { refused: faultWords(answer.fault) });
    this.finished(words.done(title, tokens === null ? null : count(tokens)));
    this.close();
  }
}
define('parley-budget-dialog', ParleyBudgetDialog);

/** What is set now; whatever is set in place of what cannot be read is something else. */
function limitOf({ tokens, unreadable }: BudgetLine): number | 'unreadable' | null {
  return unreadable ? 'unreadable' : tokens;
}
