import { SaidResources, type SaidResource } from '@parley/shared/admin';
import type { Fault, Result } from '@parley/shared/fault';
import type { ResourceId } from '@parley/shared/label';
import { html, type TemplateResult } from 'lit';
import type { Page } from '../rest.ts';
import { define } from '../ui/part.ts';
import { AdminList } from './admin-list.ts';
import { resourceStrings as words, somePeople } from './admin-strings-resources.ts';
import { blank, table, told } from './admin-view.ts';
import type { Question } from './confirm-dialog.ts';
import { formText } from './form-text.ts';
import './resource-form.ts';
import { pathOf } from './resource-form.ts';

/** Who may read what, as admins said it (R3), and its change. */
export class ParleyAdminResources extends AdminList<SaidResource> {
  static override properties = { ...AdminList.properties, changing: { state: true } };
  /** The resource whose readers are being written; null: none. */
  declare private changing: ResourceId | null;
  #reader = '';

  constructor() {
    super();
    this.changing = null;
  }

  protected override fetchPage(after: string | null): Promise<Result<Page<SaidResource>>> {
    return this.api.read('/v1/resources', SaidResources, { after, reader: this.#reader });
  }

  /** With an outside authority there is nothing under that address. */
  protected override refusal({ code }: Fault): TemplateResult | null {
    return code === 'not_found' ? told(words.elsewhereTitle, words.elsewhere) : null;
  }

  protected override content(page: Page<SaidResource>): TemplateResult {
    const none = this.#reader === '' ? words.none : words.noneFor(this.#reader);
    const heads = [words.resource, words.readers, words.acts];
    const rows = page.items.flatMap((said) => this.#rows(said));
    return html`<p class="soft">${words.lead} ${words.where}</p>
      <details class="folds card"><summary>${words.add}</summary><parley-resource-form .api=${this.api} .ask=${this.#ask}></parley-resource-form></details>
      ${this.#filter()}${page.items.length === 0 ? blank(none) : table(words.table, heads, rows)}${this.more(page)}`;
  }

  protected override answered(): Promise<void> {
    this.changing = null;
    return this.reload();
  }

  #filter(): TemplateResult {
    return html`<form class="filters" aria-label=${words.filters} @submit=${this.#onFilter}>
      <label class="asked-for"><span>${words.reader}</span><input class="control" name="reader" autocomplete="off" /></label>
      <button type="submit" class="outline">${words.find}</button></form>`;
  }

  readonly #onFilter = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    this.#reader = formText(new FormData(event.target), 'reader');
    void this.reload();
  };

  #rows(said: SaidResource): TemplateResult[] {
    const { resource, readers, count } = said;
    const changing = this.changing === resource;
    const row = html`<tr><th scope="row"><code>${resource}</code></th>
      <td>${count === 0 ? words.nobody : html`<b>${words.people(count)}</b> <span class="soft">${somePeople(readers, count)}</span>`}</td>
      <td><div class="row-acts"><button type="button" class="outline" aria-label=${words.changeOf(resource)} aria-expanded=${changing ? 'true' : 'false'} @click=${() => (this.changing = changing ? null : resource)}>${words.change}</button>
        <button type="button" class="outline danger" aria-label=${words.forgetOf(resource)} @click=${() => this.#ask(this.#forgetting(said))}>${words.forget}</button></div></td></tr>`;
    if (!changing) return [row];
    return [
      row,
      html`<tr class="changing"><td colspan="3"><parley-resource-form .api=${this.api} .resource=${resource} .ask=${this.#ask} .leave=${() => this.#leave(resource)}></parley-resource-form></td></tr>`,
    ];
  }

  #leave(resource: ResourceId): void {
    this.changing = null;
    this.querySelector<HTMLElement>(`[aria-label="${CSS.escape(words.changeOf(resource))}"]`)?.focus();
  }

  readonly #ask = (question: Question): void => {
    this.question = question;
  };

  #forgetting({ resource, readers, count }: SaidResource): Question {
    return {
      title: words.forgetTitle(resource),
      facts: words.forgetFacts(count === 0 ? words.nobody : somePeople(readers, count)),
      go: words.forget,
      done: words.forgotten(resource),
      run: () => this.api.drop(pathOf(resource)),
    };
  }
}
define('parley-admin-resources', ParleyAdminResources);
