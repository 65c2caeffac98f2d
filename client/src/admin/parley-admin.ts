import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { budgetMeterStyles } from '../ui/budget-meter.ts';
import { formStyles } from '../ui/form-styles.ts';
import { modalStyles } from '../ui/modal.ts';
import { define } from '../ui/part.ts';
import { providerKeysStyles } from '../ui/provider-keys.ts';
import { theme } from '../ui/theme.ts';
import { AdminApi } from './admin-api.ts';
import { adminStrings as words } from './admin-strings.ts';
import { adminStyles } from './admin-styles.ts';
import { ADMIN_TABS, type AdminTab } from './admin-tab.ts';
import './audit-view.ts';
import './budgets-view.ts';
import './jobs-view.ts';
import './keys-view.ts';
import './people-view.ts';
import './resources-view.ts';
import './rooms-view.ts';
import './tools-view.ts';
import { usagePlotStyles } from './usage-plot.ts';
import './usage-view.ts';

/**
 * `<parley-admin server="https://…">` with the property `token`, a function that returns a fresh token of an
 * admin, called before every request. Everybody else is told that they may not.
 */
export class ParleyAdmin extends LitElement {
  static override properties = { server: {}, token: { attribute: false }, tab: { state: true } };
  static override styles = [
    theme,
    formStyles,
    modalStyles,
    usagePlotStyles,
    budgetMeterStyles,
    providerKeysStyles,
    adminStyles,
    css`:host { container: admin / inline-size; }`,
  ];
  declare server: string;
  declare token: (() => string | Promise<string>) | null;
  declare private tab: AdminTab;
  #api: AdminApi | null = null;

  constructor() {
    super();
    this.server = '';
    this.token = null;
    this.tab = 'rooms';
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('server') || changed.has('token'))
      this.#api = this.token === null ? null : new AdminApi(this.server.replace(/\/$/, ''), this.token);
  }

  /** Where the tabs do not fit side by side, the chosen one is brought into sight. */
  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('tab'))
      this.renderRoot.querySelector(`#tab-${this.tab}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  override render(): TemplateResult | typeof nothing {
    if (this.#api === null) return nothing;
    return html`<div class="admin"><div class="admin-head"><h2>${words.title}</h2><slot name="menu"></slot></div>
      <div role="tablist" aria-label=${words.views} @keydown=${this.#onKey}>${ADMIN_TABS.map((tab) => this.#tab(tab))}</div>
      <div role="tabpanel" id="view" aria-labelledby="tab-${this.tab}">${view(this.tab, this.#api)}</div></div>`;
  }

  #tab(tab: AdminTab): TemplateResult {
    const selected = tab === this.tab;
    return html`<button type="button" role="tab" id="tab-${tab}" aria-selected=${selected ? 'true' : 'false'} aria-controls="view" tabindex=${selected ? 0 : -1}
      @click=${() => (this.tab = tab)}>${words.tabs[tab]}</button>`;
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const last = ADMIN_TABS.length - 1;
    const at = ADMIN_TABS.indexOf(this.tab);
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[
      event.key
    ];
    const tab = to === undefined ? undefined : ADMIN_TABS[to];
    if (tab === undefined) return;
    event.preventDefault();
    this.tab = tab;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`#tab-${tab}`)?.focus());
  };
}
define('parley-admin', ParleyAdmin);

function view(tab: AdminTab, api: AdminApi): TemplateResult {
  const views: Readonly<Record<AdminTab, TemplateResult>> = {
    rooms: html`<parley-admin-rooms .api=${api}></parley-admin-rooms>`,
    people: html`<parley-admin-people .api=${api}></parley-admin-people>`,
    tools: html`<parley-admin-tools .api=${api}></parley-admin-tools>`,
    resources: html`<parley-admin-resources .api=${api}></parley-admin-resources>`,
    budgets: html`<parley-admin-budgets .api=${api}></parley-admin-budgets>`,
    keys: html`<parley-admin-keys .api=${api}></parley-admin-keys>`,
    usage: html`<parley-admin-usage .api=${api}></parley-admin-usage>`,
    jobs: html`<parley-admin-jobs .api=${api}></parley-admin-jobs>`,
    audit: html`<parley-admin-audit .api=${api}></parley-admin-audit>`,
  };
  return views[tab];
}
