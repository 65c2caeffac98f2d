import { ToolBinding, ToolName, type ToolOffer } from '@parley/shared/tools';
import { css, html, nothing, type TemplateResult } from 'lit';
import { OpeningForm } from './opening-form.ts';
import { define } from './part.ts';
import { faultWords } from './strings.ts';
import { callStrings } from './strings-calls.ts';

type Offers =
  | { readonly kind: 'loading' }
  /** Whoever may not see the list, or cannot reach it, may still know a name. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'known'; readonly tools: readonly ToolOffer[] };

/** Lets a tool of the organisation work in this room. Tells `tool-admitted`, with the tool, when the server did. */
export class ParleyAdmitTool extends OpeningForm<ToolBinding> {
  static override properties = {
    ...OpeningForm.properties,
    mayConnect: { attribute: false },
    admitted: { attribute: false },
    offers: { state: true },
  };
  /** Whether it may be let in as a connector. */
  declare mayConnect: boolean;
  /** What is in the room already. */
  declare admitted: readonly ToolName[];
  declare offers: Offers;

  constructor() {
    super();
    this.offers = { kind: 'loading' };
  }

  protected override readonly words = { title: callStrings.addTool, go: callStrings.letIn };

  protected override begin(): ToolBinding {
    void this.#load();
    return 'speaker';
  }

  async #load(): Promise<void> {
    this.offers = { kind: 'loading' };
    const answer = await this.client.organisation.tools();
    this.offers = answer.ok ? { kind: 'known', tools: answer.value } : { kind: 'unknown' };
    await this.updateComplete;
    if (this.form.kind === 'open') this.focusField();
  }

  protected override fields(as: ToolBinding, wrong: string | null): TemplateResult {
    return html`${this.#which(wrong)}
      <fieldset class="access"><legend>${callStrings.bindingLegend}</legend>${ToolBinding.options.map((one) => this.#binding(one, as))}</fieldset>`;
  }

  #which(wrong: string | null): TemplateResult {
    const { offers } = this;
    if (offers.kind === 'loading') return html`<p class="soft" role="status">${callStrings.offersLoading}</p>`;
    if (offers.kind === 'unknown') return byName(wrong);
    const free = offers.tools.filter(({ name }) => !this.admitted.includes(name));
    return free.length === 0 ? html`<p class="soft">${callStrings.noOffers}</p>` : this.#list(free);
  }

  #list(tools: readonly ToolOffer[]): TemplateResult {
    return html`<label class="asked-for"><span>${callStrings.whichTool}</span><select class="control" name="tool" aria-describedby="tool-offer" @change=${() => this.requestUpdate()}>
        ${tools.map(({ name, title }) => html`<option value=${name}>${callStrings.offer(title, name)}</option>`)}</select></label>
      ${offerDetails(tools.find(({ name }) => name === this.written) ?? tools[0])}`;
  }

  #binding(one: ToolBinding, chosen: ToolBinding): TemplateResult {
    return html`<label class="access-choice"><input type="radio" name="parley-binding" .checked=${one === chosen} ?disabled=${one === 'connector' && !this.mayConnect}
        @change=${() => this.choose(one)} />
      <span><b>${callStrings.bindings[one]}</b><span class="soft">${callStrings.toolActsAs[one]}</span></span></label>`;
  }

  protected override submit(as: ToolBinding): void {
    const tool = ToolName.safeParse(this.written).data;
    if (tool !== undefined) void this.#admit(tool, as);
    else if (this.offers.kind === 'unknown') this.wrong(callStrings.toolNameWrong);
  }

  async #admit(tool: ToolName, as: ToolBinding): Promise<void> {
    const answer = await this.client.request('tool.admit', { tool, as });
    if (!answer.ok) return this.wrong(faultWords(answer.fault));
    this.close();
    this.dispatchEvent(new CustomEvent('tool-admitted', { detail: answer.value, bubbles: true }));
  }
}
define('parley-admit-tool', ParleyAdmitTool);

function byName(wrong: string | null): TemplateResult {
  return html`<label class="asked-for"><span>${callStrings.toolName}</span><input class="control" name="tool" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="32"
      aria-describedby="tool-name-help" aria-invalid=${wrong === null ? 'false' : 'true'} /></label>
    <p class="soft" id="tool-name-help">${callStrings.toolNameHelp}</p>`;
}

function offerDetails(offer: ToolOffer | undefined): TemplateResult | typeof nothing {
  if (offer === undefined) return nothing;
  return html`<ul class="soft offer" id="tool-offer" role="list">${offer.functions.map(({ call, class: kind }) => html`<li><code>${call}</code> ${callStrings.classes[kind]}</li>`)}</ul>`;
}

export const admitToolStyles = css`
  parley-admit-tool { display: grid; gap: 8px; margin-block-end: 16px; }
  .offer code { font-family: var(--mono); }
`;
