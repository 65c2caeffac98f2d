import { ToolRegistered, type ToolView } from '@parley/shared/admin';
import { fault, type Fault } from '@parley/shared/fault';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { define, Part } from '../ui/part.ts';
import type { AdminApi } from './admin-api.ts';
import { adminStrings as words } from './admin-strings.ts';
import { formText } from './form-text.ts';
import { readTerms, termsFields } from './function-terms.ts';
import { AUTH_KINDS, authFields, readAuth, type AuthKind } from './tool-auth-fields.ts';

type Registered = ReturnType<typeof ToolRegistered.parse>;
type State =
  | { readonly kind: 'writing' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'registered'; readonly report: Registered };
/** Others are asked what they can do without a credential, or with the one that everybody uses. */
const ASKED_WITH_TOKEN: ReadonlySet<AuthKind> = new Set(['parley', 'exchange', 'oauth']);

/** A form for a tool server, new or registered already, and the report of what was found there. */
export class ParleyToolForm extends Part {
  static override properties = {
    api: { attribute: false },
    tool: { attribute: false },
    registered: { attribute: false },
    state: { state: true },
    auth: { state: true },
  };
  declare api: AdminApi;
  /** The tool that is changed; null: a new one. */
  declare tool: ToolView | null;
  declare registered: () => void;
  declare private state: State;
  declare private auth: AuthKind;

  constructor() {
    super();
    this.tool = null;
    this.state = { kind: 'writing' };
    this.auth = 'none';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('tool')) this.auth = this.tool?.auth.kind ?? 'none';
  }

  override render(): TemplateResult {
    const { tool, state } = this;
    const asking = state.kind === 'asking';
    const go = tool === null ? words.registerGo : words.changeGo;
    return html`<details class="folds ${tool === null ? 'card' : ''}"><summary>${tool === null ? words.register : words.change(tool.title)}</summary><form class="fields" @submit=${this.#onSubmit}>
      ${this.#server(tool)}${this.#auth()}${tool === null || tool.functions.length === 0 ? nothing : termsFields(tool)}
      <div class="row-acts"><button type="submit" class="primary" ?disabled=${asking}>${asking ? words.registering : go}</button></div></form>
      <div role="status">${report(state)}</div></details>`;
  }

  #server(tool: ToolView | null): TemplateResult {
    const name = field('name', words.name, { pattern: '[a-z][a-z0-9\\-]{0,31}', hint: words.nameHint });
    return html`${tool === null ? name : nothing}${field('title', words.toolTitle, { value: tool?.title ?? '' })}
      <label class="asked-for"><span>${words.kind}</span><select class="control" name="kind">${(['mcp', 'http'] as const).map((kind) => html`<option value=${kind} ?selected=${kind === tool?.kind}>${words.kinds[kind]}</option>`)}</select></label>
      ${field('url', words.url, { type: 'url', value: tool?.url ?? '' })}`;
  }

  #auth(): TemplateResult {
    const token = html`<label class="asked-for"><span>${words.discoverWith}</span><input class="control" name="discoverWith" type="password" autocomplete="new-password" /><small class="soft">${words.discoverHint}</small></label>`;
    return html`<label class="asked-for"><span>${words.auth}</span><select class="control" @change=${this.#onAuth}>${AUTH_KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === this.auth}>${words.auths[kind]}</option>`)}</select></label>
      ${authFields(this.auth, this.tool?.auth ?? null)}${ASKED_WITH_TOKEN.has(this.auth) ? token : nothing}`;
  }

  readonly #onAuth = ({ target }: Event): void => {
    const chosen = target instanceof HTMLSelectElement ? AUTH_KINDS.find((kind) => kind === target.value) : undefined;
    if (chosen !== undefined) this.auth = chosen;
  };

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (event.target instanceof HTMLFormElement) void this.#register(new FormData(event.target));
  };

  async #register(form: FormData): Promise<void> {
    const auth = readAuth(this.auth, form, this.tool?.auth ?? null);
    if (auth === null) return void (this.state = { kind: 'refused', fault: fault('bad_request', words.authWrong) });
    this.state = { kind: 'asking' };
    const text = (name: string): string => formText(form, name);
    const token = text('discoverWith');
    const functions = this.tool === null ? {} : readTerms(this.tool, form);
    const asked = { title: text('title'), kind: text('kind'), url: text('url'), auth, functions };
    const path = `/v1/tools/${encodeURIComponent(this.tool?.name ?? text('name'))}`;
    const body = token === '' ? asked : { ...asked, discoverWith: token };
    const answer = await this.api.send({ method: 'PUT', path, body }, ToolRegistered);
    this.state = answer.ok ? { kind: 'registered', report: answer.value } : { kind: 'refused', fault: answer.fault };
    if (!answer.ok) return;
    if (this.tool === null) this.querySelector('form')?.reset();
    this.registered();
  }
}
define('parley-tool-form', ParleyToolForm);

interface FieldOptions {
  readonly type?: string;
  readonly pattern?: string;
  readonly hint?: string;
  readonly value?: string;
}

function field(
  name: string,
  label: string,
  { type = 'text', pattern = '.*', hint = '', value = '' }: FieldOptions = {},
): TemplateResult {
  return html`<label class="asked-for"><span>${label}</span><input class="control" name=${name} type=${type} pattern=${pattern} title=${hint} .value=${value} required autocomplete="off" />
    ${hint === '' ? nothing : html`<small class="soft">${hint}</small>`}</label>`;
}

function report(state: State): TemplateResult | typeof nothing {
  if (state.kind === 'refused') return html`<p class="refusal">${state.fault.detail}</p>`;
  if (state.kind !== 'registered') return nothing;
  const { tool, findings } = state.report;
  const said = (names: readonly string[], say: (names: readonly string[]) => string) =>
    names.length === 0 ? nothing : html`<p class="caution">${say(names)}</p>`;
  return html`<p class="done">${words.registered(tool.title, findings.found.length)}</p>
    ${said(findings.unclassified, words.unclassified)}${said(findings.changed, words.changed)}${said(findings.gone, words.gone)}`;
}
