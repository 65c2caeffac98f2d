import type { Fault } from '@parley/shared/fault';
import type { Trust } from '@parley/shared/tools';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { Names } from './names.ts';
import { define, Part } from './part.ts';
import { faultWords } from './strings.ts';
import { callStrings } from './strings-calls.ts';
import { visibleText } from './visible-text.ts';

/** What I let run without being asked (T40): mine alone, and taken back with one press. */
export class ParleyTrustList extends Part {
  static override properties = {
    client: { attribute: false },
    names: { attribute: false },
    trusted: { state: true },
    refused: { state: true },
    said: { state: true },
  };
  declare client: RoomClient;
  declare names: Names;
  declare trusted: readonly Trust[] | null;
  declare refused: Fault | null;
  declare said: string;

  constructor() {
    super();
    this.trusted = null;
    this.refused = null;
    this.said = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client')) void this.#load();
  }

  async #load(): Promise<void> {
    const answer = await this.client.request('trust.list', {});
    this.trusted = answer.ok ? answer.value.items : null;
    this.refused = answer.ok ? null : answer.fault;
  }

  override render(): TemplateResult {
    const { trusted, refused } = this;
    return html`<section aria-label=${callStrings.trusted}><h3>${callStrings.trusted}</h3>
      ${refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(refused)}</p>`}
      ${trusted === null ? nothing : this.#list(trusted)}<p class="done" role="status">${this.said}</p></section>`;
  }

  #list(trusted: readonly Trust[]): TemplateResult {
    if (trusted.length === 0) return html`<p class="soft">${callStrings.trustedNone}</p>`;
    return html`<ul class="trusted" role="list">${trusted.map((trust) => this.#one(trust))}</ul>`;
  }

  #one({ call, people, arguments: fixed }: Trust): TemplateResult {
    const names = people.map((id) => this.names.name(id)).join(', ');
    const only = Object.entries(fixed);
    return html`<li><p><b>${call}</b> ${callStrings.trustedWith(names)}</p>
      ${only.length === 0 ? nothing : html`<p class="soft">${callStrings.trustedOnly} ${only.map(([pointer, value]) => `${pointer.slice(1)} = ${visibleText(JSON.stringify(value))}`).join(', ')}</p>`}
      <button type="button" class="outline" @click=${() => this.#drop(call)}>${callStrings.stopTrusting(call)}</button></li>`;
  }

  async #drop(call: Trust['call']): Promise<void> {
    const answer = await this.client.request('trust.drop', { call });
    if (!answer.ok) return void (this.refused = answer.fault);
    await this.#load();
    this.said = callStrings.trustDropped(call);
    this.closest<HTMLElement>('[role=tabpanel]')?.focus();
  }
}
define('parley-trust-list', ParleyTrustList);

export const trustListStyles = css`
  parley-trust-list { display: block; margin-block-start: 24px; padding-block-start: 16px; border-block-start: 1px solid var(--line); }
  parley-trust-list h3 { padding-block-end: 4px; }
  .trusted { display: grid; gap: 12px; }
  .trusted li { display: grid; gap: 4px; overflow-wrap: anywhere; }
  .trusted button { inline-size: fit-content; max-inline-size: 100%; white-space: normal; }
`;
