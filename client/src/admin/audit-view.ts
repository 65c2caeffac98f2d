import { AuditLines, type AuditLineView } from '@parley/shared/admin';
import type { Result } from '@parley/shared/fault';
import { html, type TemplateResult } from 'lit';
import { dayAndTime, isoTime } from '../ui/format.ts';
import { define } from '../ui/part.ts';
import { faultWords } from '../ui/strings.ts';
import type { Page, Query } from '../rest.ts';
import { AdminList } from './admin-list.ts';
import { adminStrings as words } from './admin-strings.ts';
import { blank, table } from './admin-view.ts';
import { saveFile } from '../ui/save-file.ts';

const TEXT_FILTERS = { room: words.room, by: words.byWhom, action: words.action } as const;

/** Who decided what, and what was refused. */
export class ParleyAdminAudit extends AdminList<AuditLineView> {
  #filter: Query = {};

  protected override fetchPage(after: string | null): Promise<Result<Page<AuditLineView>>> {
    return this.api.read('/v1/audit', AuditLines, { ...this.#filter, after });
  }

  protected override content(page: Page<AuditLineView>): TemplateResult {
    const heads = [words.when, words.byWhom, words.action, words.target, words.room, words.outcome];
    return html`${this.#form()}${page.items.length === 0 ? blank(words.noLines) : table(words.tabs.audit, heads, page.items.map(lineRow))}${this.more(page)}`;
  }

  #form(): TemplateResult {
    return html`<form class="filters" aria-label=${words.filters} @submit=${this.#onFilter}>
      ${Object.entries(TEXT_FILTERS).map(([name, label]) => html`<label class="asked-for"><span>${label}</span><input class="control" name=${name} autocomplete="off" /></label>`)}
      <label class="asked-for"><span>${words.outcome}</span><select class="control" name="outcome"><option value="">${words.any}</option>
        <option value="done">${words.outcomes.done}</option><option value="refused">${words.outcomes.refused}</option></select></label>
      <button type="submit" class="primary">${words.filter}</button>
      ${(['csv', 'jsonl'] as const).map((format) => html`<button type="button" class="outline" @click=${() => void this.#export(format)}>${words.exportAs(format.toUpperCase())}</button>`)}</form>`;
  }

  readonly #onFilter = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const fields = [...new FormData(event.target)];
    this.#filter = Object.fromEntries(
      fields.map(([name, value]) => [name, typeof value === 'string' ? value.trim() : null]),
    );
    void this.reload();
  };

  async #export(format: 'csv' | 'jsonl'): Promise<void> {
    const file = await this.api.file('/v1/audit', { ...this.#filter, format });
    if (file.ok) saveFile(`audit.${format}`, file.value);
    this.done = file.ok ? words.exported : faultWords(file.fault);
  }
}
define('parley-admin-audit', ParleyAdminAudit);

function lineRow({ at, by, action, target, room, outcome, code }: AuditLineView): TemplateResult {
  return html`<tr><td><time datetime=${isoTime(at)}>${dayAndTime(at)}</time></td><td>${by}</td><td><code>${action}</code></td><td>${target ?? ''}</td><td class="id">${room ?? ''}</td>
    <td>${outcome === 'done' ? words.outcomes.done : html`<span class="refusal">${words.refusedWith(code)}</span>`}</td></tr>`;
}
