import { ToolBinding, ToolName } from '@parley/shared/tools';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { plusIcon } from './icons.ts';
import { define, Part } from './part.ts';
import { faultWords, strings } from './strings.ts';
import { callStrings } from './strings-calls.ts';

type Form =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly as: ToolBinding; readonly wrong: string | null };

/** Lets a tool of the organisation work in this room. Tells `tool-admitted`, with the tool, when the server did. */
export class ParleyAdmitTool extends Part {
  static override properties = {
    client: { attribute: false },
    mayConnect: { attribute: false },
    form: { state: true },
  };
  declare client: RoomClient;
  /** Whether it may be let in as a connector. */
  declare mayConnect: boolean;
  declare form: Form;

  constructor() {
    super();
    this.form = { kind: 'closed' };
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('form');
    if (before === undefined || before.kind === this.form.kind) return;
    this.querySelector<HTMLElement>(this.form.kind === 'open' ? 'input' : '.add-open')?.focus();
  }

  override render(): TemplateResult {
    const { form } = this;
    if (form.kind === 'open') return this.#open(form);
    return html`<button type="button" class="outline wide add-open" @click=${() => (this.form = { kind: 'open', as: 'speaker', wrong: null })}>${plusIcon}${callStrings.addTool}</button>`;
  }

  #open({ as, wrong }: Extract<Form, { kind: 'open' }>): TemplateResult {
    return html`<form class="card" aria-label=${callStrings.addTool} novalidate @submit=${this.#submit} @keydown=${this.#onKey}>
      <h3>${callStrings.addTool}</h3>
      <label class="asked-for"><span>${callStrings.toolName}</span><input class="control" name="tool" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="32"
        aria-describedby="tool-name-help" aria-invalid=${wrong === null ? 'false' : 'true'} /></label>
      <p class="soft" id="tool-name-help">${callStrings.toolNameHelp}</p>
      <fieldset class="access"><legend>${callStrings.bindingLegend}</legend>${ToolBinding.options.map((one) => this.#binding(one, as))}</fieldset>
      ${wrong === null ? nothing : html`<p class="refusal" role="alert">${wrong}</p>`}
      <div class="row-acts"><button type="submit" class="primary">${callStrings.letIn}</button>
        <button type="button" class="quiet" @click=${this.#close}>${strings.cancel}</button></div></form>`;
  }

  #binding(one: ToolBinding, chosen: ToolBinding): TemplateResult {
    return html`<label class="access-choice"><input type="radio" name="parley-binding" .checked=${one === chosen} ?disabled=${one === 'connector' && !this.mayConnect}
        @change=${() => (this.form = { kind: 'open', as: one, wrong: null })} />
      <span><b>${callStrings.bindings[one]}</b><span class="soft">${callStrings.toolActsAs[one]}</span></span></label>`;
  }

  readonly #close = (): void => {
    this.form = { kind: 'closed' };
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const tool = ToolName.safeParse(this.querySelector<HTMLInputElement>('[name=tool]')?.value.trim()).data;
    if (this.form.kind !== 'open') return;
    if (tool === undefined) this.#wrong(callStrings.toolNameWrong);
    else void this.#admit(tool, this.form.as);
  };

  async #admit(tool: ToolName, as: ToolBinding): Promise<void> {
    const answer = await this.client.request('tool.admit', { tool, as });
    if (!answer.ok) return this.#wrong(faultWords(answer.fault));
    this.#close();
    this.dispatchEvent(new CustomEvent('tool-admitted', { detail: answer.value, bubbles: true }));
  }

  #wrong(words: string): void {
    if (this.form.kind === 'open') this.form = { ...this.form, wrong: words };
    this.querySelector<HTMLElement>('[name=tool]')?.focus();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    this.#close();
  };
}
define('parley-admit-tool', ParleyAdmitTool);

export const admitToolStyles = css`
  parley-admit-tool { display: grid; gap: 8px; margin-block-end: 16px; }
`;
