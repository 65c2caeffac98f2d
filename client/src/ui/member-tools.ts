import type { Member } from '@parley/shared/entry';
import type { Fault } from '@parley/shared/fault';
import type { RoomTool } from '@parley/shared/tools';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { define, Part } from './part.ts';
import { faultWords } from './strings.ts';
import { peopleStrings } from './strings-people.ts';

/** Which tools the AI may use for one member. Tells `tools-saved`, with the member, when the server took it. */
export class ParleyMemberTools extends Part {
  static override properties = {
    client: { attribute: false },
    member: { attribute: false },
    tools: { state: true },
    chosen: { state: true },
    refused: { state: true },
  };
  declare client: RoomClient;
  declare member: Member;
  declare tools: readonly RoomTool[];
  /** null: all of them. */
  declare chosen: readonly string[] | null;
  declare refused: Fault | null;

  constructor() {
    super();
    this.tools = [];
    this.chosen = null;
    this.refused = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('member')) this.chosen = this.member.grants?.tools ?? null;
    if (changed.has('client')) void this.#load();
  }

  async #load(): Promise<void> {
    const answer = await this.client.request('tool.list', {});
    if (answer.ok) this.tools = answer.value.items;
    else this.refused = answer.fault;
  }

  override render(): TemplateResult | typeof nothing {
    const { tools, chosen, member, refused } = this;
    if (tools.length === 0 && chosen === null && refused === null) return nothing;
    return html`<fieldset class="member-tools"><legend>${peopleStrings.toolsOf(member.name)}</legend>
      ${this.#scope(peopleStrings.allTools, chosen === null, null)}${this.#scope(peopleStrings.someTools, chosen !== null, chosen ?? [])}
      ${chosen === null ? nothing : this.#names(chosen).map((name) => this.#tool(name, chosen))}
      ${refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(refused)}</p>`}
      ${same(chosen, member.grants?.tools ?? null) ? nothing : html`<button type="button" class="primary" @click=${() => this.#save()}>${peopleStrings.saveTools}</button>`}</fieldset>`;
  }

  #scope(label: string, checked: boolean, chosen: readonly string[] | null): TemplateResult {
    return html`<label class="access-choice"><input type="radio" name="member-tools" .checked=${checked} @change=${() => (this.chosen = chosen)} /><span>${label}</span></label>`;
  }

  /** Those that were granted by a name which is not in the room now stay as they are. */
  #names(chosen: readonly string[]): readonly string[] {
    return [...new Set([...this.tools.map(({ tool }) => tool), ...chosen])];
  }

  #tool(name: string, chosen: readonly string[]): TemplateResult {
    const onChange = (event: Event): void => {
      const on = event.target instanceof HTMLInputElement && event.target.checked;
      this.chosen = on ? [...chosen, name] : chosen.filter((one) => one !== name);
    };
    const title = this.tools.find(({ tool }) => tool === name)?.title ?? name;
    return html`<label class="access-choice one-tool"><input type="checkbox" .checked=${chosen.includes(name)} @change=${onChange} /><span>${title}</span></label>`;
  }

  async #save(): Promise<void> {
    const { user, role, grants = {} } = this.member;
    const { tools: _, ...others } = grants;
    const next = this.chosen === null ? others : { ...others, tools: [...this.chosen] };
    const answer = await this.client.request('member.set', { user, role, grants: next });
    this.refused = answer.ok ? null : answer.fault;
    if (answer.ok) this.dispatchEvent(new CustomEvent('tools-saved', { detail: answer.value, bubbles: true }));
  }
}
define('parley-member-tools', ParleyMemberTools);

function same(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((one) => b.includes(one));
}

export const memberToolsStyles = css`
  .member-tools { display: grid; gap: 2px; justify-items: start; padding-block-start: 8px; }
  .member-tools legend { padding: 0; font-weight: 600; }
  .one-tool { margin-inline-start: 32px; }
`;
