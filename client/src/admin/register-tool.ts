import { ToolRegistered } from '@parley/shared/admin';
import type { Fault, Result } from '@parley/shared/fault';
import { html, nothing, type TemplateResult } from 'lit';
import { define, Part } from '../ui/part.ts';
import type { AdminApi } from './admin-api.ts';
import { adminStrings as words } from './admin-strings.ts';

type Registered = ReturnType<typeof ToolRegistered.parse>;
type State =
  | { readonly kind: 'writing' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'registered'; readonly report: Registered };
const AUTHS = ['none', 'parley', 'secret'] as const;

/** A form for a tool server, and the report of what was found there. */
export class ParleyRegisterTool extends Part {
  static override properties = {
    api: { attribute: false },
    registered: { attribute: false },
    state: { state: true },
    auth: { state: true },
  };
  declare api: AdminApi;
  declare registered: () => void;
  declare private state: State;
  declare private auth: (typeof AUTHS)[number];

  constructor() {
    super();
    this.state = { kind: 'writing' };
    this.auth = 'none';
  }

  override render(): TemplateResult {
    const asking = this.state.kind === 'asking';
    return html`<details class="folds card"><summary>${words.register}</summary><form class="fields" @submit=${this.#onSubmit}>
      ${field('name', words.name, { pattern: '[a-z][a-z0-9\\-]{0,31}', hint: words.nameHint })}${field('title', words.toolTitle)}
      <label class="asked-for"><span>${words.kind}</span><select class="control" name="kind"><option value="mcp">${words.kinds.mcp}</option><option value="http">${words.kinds.http}</option></select></label>
      ${field('url', words.url, { type: 'url' })}
      <label class="asked-for"><span>${words.auth}</span><select class="control" @change=${this.#onAuth}>${AUTHS.map((auth) => html`<option value=${auth}>${words.auths[auth]}</option>`)}</select></label>
      ${this.auth === 'parley' ? field('proof', words.audience) : nothing}${this.auth === 'secret' ? field('proof', words.secret, { type: 'password' }) : nothing}
      <div class="row-acts"><button type="submit" class="primary" ?disabled=${asking}>${asking ? words.registering : words.registerGo}</button></div></form>
      <div role="status">${this.#report()}</div></details>`;
  }

  #report(): TemplateResult | typeof nothing {
    const { state } = this;
    if (state.kind === 'refused') return html`<p class="refusal">${state.fault.detail}</p>`;
    if (state.kind !== 'registered') return nothing;
    const { tool, findings } = state.report;
    const said = (names: readonly string[], say: (names: readonly string[]) => string) =>
      names.length === 0 ? nothing : html`<p class="caution">${say(names)}</p>`;
    return html`<p class="done">${words.registered(tool.title, findings.found.length)}</p>
      ${said(findings.unclassified, words.unclassified)}${said(findings.changed, words.changed)}${said(findings.gone, words.gone)}`;
  }

  readonly #onAuth = ({ target }: Event): void => {
    const chosen = target instanceof HTMLSelectElement ? AUTHS.find((auth) => auth === target.value) : undefined;
    if (chosen !== undefined) this.auth = chosen;
  };

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (event.target instanceof HTMLFormElement) void this.#register(new FormData(event.target));
  };

  async #register(form: FormData): Promise<void> {
    this.state = { kind: 'asking' };
    const answer = await this.#send(form);
    this.state = answer.ok ? { kind: 'registered', report: answer.value } : { kind: 'refused', fault: answer.fault };
    if (answer.ok) this.registered();
  }

  #send(form: FormData): Promise<Result<Registered>> {
    const text = (name: string): string => {
      const value = form.get(name);
      return typeof value === 'string' ? value.trim() : '';
    };
    const auth = {
      none: { kind: 'none' },
      parley: { kind: 'parley', audience: text('proof') },
      secret: { kind: 'secret', secret: text('proof') },
    }[this.auth];
    const body = { title: text('title'), kind: text('kind'), url: text('url'), auth };
    return this.api.send(
      { method: 'PUT', path: `/v1/tools/${encodeURIComponent(text('name'))}`, body },
      ToolRegistered,
    );
  }
}
define('parley-register-tool', ParleyRegisterTool);

function field(name: string, label: string, { type = 'text', pattern = '.*', hint = '' } = {}): TemplateResult {
  return html`<label class="asked-for"><span>${label}</span><input class="control" name=${name} type=${type} pattern=${pattern} title=${hint} required autocomplete="off" />
    ${hint === '' ? nothing : html`<small class="soft">${hint}</small>`}</label>`;
}
