import type { Member } from '@parley/shared/entry';
import type { Fault } from '@parley/shared/fault';
import type { RoomTool } from '@parley/shared/tools';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { allowList, sameChoice } from './allow-list.ts';
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
    const titles = new Map<string, string>(tools.map(({ tool, title }) => [tool, title]));
    const list = {
      ...{ legend: peopleStrings.toolsOf(member.name), all: peopleStrings.allTools, some: peopleStrings.someTools },
      ...{ names: [...titles.keys()], titleOf: (name: string) => titles.get(name) ?? name, chosen },
      choose: (next: readonly string[] | null) => void (this.chosen = next),
    };
    const refusal = refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(refused)}</p>`;
    const changed = !sameChoice(chosen, member.grants?.tools ?? null);
    return allowList(
      list,
      html`${refusal}${changed ? html`<button type="button" class="primary" @click=${() => this.#save()}>${peopleStrings.saveTools}</button>` : nothing}`,
    );
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
