import type { Fault } from '@parley/shared/fault';
import type { ToolName } from '@parley/shared/tools';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { define, Part } from './part.ts';
import { faultWords } from './strings.ts';
import { callStrings } from './strings-calls.ts';

type State =
  | { readonly kind: 'unknown' }
  /** `left`: whoever it belongs to still holds something that their authority did not take back. */
  | { readonly kind: 'unlinked'; readonly left: boolean }
  | { readonly kind: 'linked' }
  /** Where the person goes on, in another window; works once. */
  | { readonly kind: 'begun'; readonly address: URL };

/** My own account at a tool that acts as me: whether it is linked, and the way to link it and to forget it. */
export class ParleyLinkAccount extends Part {
  static override properties = {
    client: { attribute: false },
    tool: { attribute: false },
    title: { attribute: false },
    state: { state: true },
    refused: { state: true },
  };
  declare client: RoomClient;
  declare tool: ToolName;
  declare title: string;
  declare state: State;
  declare refused: Fault | null;

  constructor() {
    super();
    this.state = { kind: 'unknown' };
    this.refused = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#onReturn);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#onReturn);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client') || changed.has('tool')) void this.#look();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('state');
    if (before?.kind === 'unlinked' && this.state.kind === 'begun') this.querySelector('a')?.focus();
  }

  override render(): TemplateResult {
    const { refused } = this;
    return html`${this.#body(this.state)}${refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(refused)}</p>`}`;
  }

  #body(state: State): TemplateResult | typeof nothing {
    switch (state.kind) {
      case 'unknown':
        return nothing;
      case 'linked':
        return html`<p role="status">${callStrings.linked}</p><button type="button" class="outline" @click=${() => void this.#unlink()}>${callStrings.unlink(this.title)}</button>`;
      case 'unlinked':
        return html`${state.left ? html`<p role="status">${callStrings.notTakenBack(this.title)}</p>` : nothing}<p>${callStrings.linkHelp}</p><button type="button" class="outline" @click=${() => void this.#begin()}>${callStrings.link}</button>`;
      case 'begun':
        return html`<p>${callStrings.linkGoOn}</p><a class="button-link" href=${state.address.href} target="_blank" rel="noopener noreferrer">${callStrings.linkAt(state.address.host)}</a>`;
    }
  }

  /** Whoever comes back from the other window may have linked it there. */
  readonly #onReturn = (): void => {
    if (document.visibilityState === 'visible' && this.state.kind !== 'unknown') void this.#look();
  };

  async #look(): Promise<void> {
    const answer = await this.client.organisation.linked(this.tool);
    if (!answer.ok) return void (this.refused = answer.fault);
    if (answer.value) this.state = { kind: 'linked' };
    else if (this.state.kind === 'unknown' || this.state.kind === 'linked')
      this.state = { kind: 'unlinked', left: false };
  }

  async #begin(): Promise<void> {
    const answer = await this.client.organisation.link(this.tool);
    this.refused = answer.ok ? null : answer.fault;
    const address = answer.ok ? URL.parse(answer.value) : null;
    // An address that is no web page is no link.
    if (address !== null && ['https:', 'http:'].includes(address.protocol)) this.state = { kind: 'begun', address };
  }

  async #unlink(): Promise<void> {
    const answer = await this.client.organisation.unlink(this.tool);
    this.refused = answer.ok ? null : answer.fault;
    if (answer.ok) this.state = { kind: 'unlinked', left: answer.value === false };
  }
}
define('parley-link-account', ParleyLinkAccount);

export const linkAccountStyles = css`
  parley-link-account { display: grid; justify-items: start; gap: 6px; }
  .button-link { display: inline-flex; align-items: center; min-block-size: 44px; max-inline-size: 100%; padding-inline: 14px; border: 1px solid var(--line); border-radius: var(--radius-small); color: var(--accent); overflow-wrap: anywhere; }
`;
