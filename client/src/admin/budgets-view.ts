import { BudgetLines, BudgetView, type BudgetLine } from '@parley/shared/admin';
import { ok, type Result } from '@parley/shared/fault';
import { html, nothing, type TemplateResult } from 'lit';
import type { Page } from '../rest.ts';
import { budgetMeter } from '../ui/budget-meter.ts';
import { define } from '../ui/part.ts';
import { AdminList } from './admin-list.ts';
import { adminStrings } from './admin-strings.ts';
import { budgetStrings as words } from './admin-strings-budgets.ts';
import { blank, table } from './admin-view.ts';
import './budget-dialog.ts';

const LISTS = ['rooms', 'people'] as const;
type ListOf = (typeof LISTS)[number];

/** What the organisation, its rooms and its people may use in a month, and what they have used. */
export class ParleyAdminBudgets extends AdminList<BudgetLine> {
  static override properties = { ...AdminList.properties, setting: { state: true } };
  /** The budget whose limit is being set; null: none. */
  declare private setting: BudgetLine | null;
  #of: ListOf = 'rooms';
  #whole: BudgetLine | null = null;

  constructor() {
    super();
    this.setting = null;
  }

  protected override async fetchPage(after: string | null): Promise<Result<Page<BudgetLine>>> {
    const [whole, lines] = await Promise.all([
      this.api.read('/v1/budgets/tenant', BudgetView),
      this.api.read('/v1/budgets', BudgetLines, { of: this.#of, after }),
    ]);
    if (!whole.ok) return whole;
    this.#whole = { ...whole.value, scope: 'tenant', title: words.tenant };
    return lines.ok ? ok(lines.value) : lines;
  }

  protected override content(page: Page<BudgetLine>): TemplateResult {
    const none = this.#of === 'rooms' ? words.noRooms : words.noPeople;
    const heads = [adminStrings.fields[this.#of === 'rooms' ? 'room' : 'user'], words.used, words.acts];
    const rows = page.items.map((line) => this.#row(line));
    return html`<p class="soft">${words.lead}</p>${this.#whole === null ? nothing : this.#wholeView(this.#whole)}
      <fieldset class="choices"><legend>${words.whose}</legend>${LISTS.map((one) => this.#choice(one))}</fieldset>
      ${rows.length === 0 ? blank(none) : table(words.of[this.#of], heads, rows)}${this.more(page)}${this.#dialog()}`;
  }

  #wholeView(line: BudgetLine): TemplateResult {
    return html`<section class="card"><h3>${line.title}</h3>${budgetMeter(line, line.title)}<div class="row-acts">${this.#button(line)}</div></section>`;
  }

  #choice(of: ListOf): TemplateResult {
    const choose = (): void => {
      this.#of = of;
      void this.reload();
    };
    return html`<label><input type="radio" name="of" .checked=${of === this.#of} @change=${choose} />${words.of[of]}</label>`;
  }

  #row(line: BudgetLine): TemplateResult {
    const id = line.scope.slice(line.scope.indexOf(':') + 1);
    return html`<tr><th scope="row">${line.title}${id === line.title ? nothing : html`<span class="id">${id}</span>`}</th><td>${budgetMeter(line, line.title)}</td><td>${this.#button(line)}</td></tr>`;
  }

  #button(line: BudgetLine): TemplateResult {
    return html`<button type="button" class="outline" aria-label=${words.setOf(line.title)} @click=${() => (this.setting = line)}>${words.set}</button>`;
  }

  #dialog(): TemplateResult | typeof nothing {
    if (this.setting === null) return nothing;
    const finished = (done: string): void => {
      this.done = done;
      void this.reload();
    };
    return html`<parley-budget-dialog .api=${this.api} .line=${this.setting} .finished=${finished} @room-dialog=${() => (this.setting = null)}></parley-budget-dialog>`;
  }
}
define('parley-admin-budgets', ParleyAdminBudgets);
