import { UsageRows, type UsageRow } from '@parley/shared/admin';
import { ok, type Result } from '@parley/shared/fault';
import { html, type TemplateResult } from 'lit';
import { count, percent } from '../ui/format.ts';
import { define } from '../ui/part.ts';
import { adminStrings as words } from './admin-strings.ts';
import { AdminView, blank, table } from './admin-view.ts';
import { saveFile } from './save-file.ts';
import { usageCsv } from './usage-csv.ts';
import { labelOfRow, USAGE_FIELDS, type UsageField } from './usage-field.ts';
import './usage-plot.ts';

interface Summed {
  readonly field: UsageField;
  readonly rows: readonly UsageRow[];
}

/** What model calls used in the last days, by one thing at a time. */
export class ParleyAdminUsage extends AdminView<Summed> {
  #field: UsageField = 'user';

  protected override async fetch(): Promise<Result<Summed>> {
    const field = this.#field;
    const found = await this.api.read('/v1/usage', UsageRows, { by: field });
    return found.ok ? ok({ field, rows: found.value.items }) : found;
  }

  protected override content({ field, rows }: Summed): TemplateResult {
    return html`<fieldset class="choices"><legend>${words.by}</legend>${USAGE_FIELDS.map((one) => this.#choice(one, one === field))}</fieldset>
      <p class="soft">${words.usageSpan}</p>${rows.length === 0 ? blank(words.noUsage) : numbers(field, rows)}`;
  }

  #choice(field: UsageField, chosen: boolean): TemplateResult {
    const choose = (): void => {
      this.#field = field;
      void this.reload();
    };
    return html`<label><input type="radio" name="by" .checked=${chosen} @change=${choose} />${words.fields[field]}</label>`;
  }
}
define('parley-admin-usage', ParleyAdminUsage);

function numbers(field: UsageField, rows: readonly UsageRow[]): TemplateResult {
  const { calls, inputTokens, cachedTokens, outputTokens } = words.columns;
  const priced = rows.some(({ cost }) => cost > 0);
  const heads = [words.fields[field], calls, inputTokens, cachedTokens, outputTokens, ...(priced ? [words.cost] : [])];
  const body = rows.map((row) => {
    const cells = [row.calls, row.inputTokens, row.cachedTokens, row.outputTokens].map(count);
    cells[2] = words.cachedShare(cells[2] ?? '', percent(row.cachedTokens / Math.max(1, row.inputTokens)));
    if (priced) cells.push(words.costOf((row.cost / 1_000_000).toFixed(2), row.unpriced));
    return html`<tr><th scope="row">${labelOfRow(row, field)}</th>${cells.map((value) => html`<td class="number">${value}</td>`)}</tr>`;
  });
  return html`<parley-usage-plot .rows=${rows} .field=${field}></parley-usage-plot>${table(words.tabs.usage, heads, body)}
    <div class="row-acts"><button type="button" class="outline" @click=${() => saveFile(`usage-by-${field}.csv`, new Blob([usageCsv(rows, field)], { type: 'text/csv' }))}>${words.exportAs('CSV')}</button></div>`;
}
