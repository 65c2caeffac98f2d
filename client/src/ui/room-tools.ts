import type { Fault } from '@parley/shared/fault';
import type { RoomTool } from '@parley/shared/tools';
import type { Capability } from '@parley/shared/roles';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { RoomClient } from '../room-client.ts';
import './admit-tool.ts';
import { admitToolStyles } from './admit-tool.ts';
import { toolIcon } from './icons.ts';
import type { Names } from './names.ts';
import { define, Part } from './part.ts';
import { faultWords, strings } from './strings.ts';
import { callStrings } from './strings-calls.ts';
import { toolView, toolViewStyles } from './tool-view.ts';
import './trust-list.ts';
import { trustListStyles } from './trust-list.ts';

type List =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'loaded'; readonly tools: readonly RoomTool[] };

/** The tools that work in the room: how each acts, what it can do, and for those who may, letting in and removing. */
export class ParleyRoomTools extends Part {
  static override properties = {
    client: { attribute: false },
    names: { attribute: false },
    capabilities: { attribute: false },
    list: { state: true },
    dropping: { state: true },
    refused: { state: true },
    said: { state: true },
  };
  declare client: RoomClient;
  declare names: Names;
  declare capabilities: ReadonlySet<Capability>;
  declare list: List;
  /** The tool that would be removed, until that is said or not. */
  declare dropping: string | null;
  declare refused: Fault | null;
  declare said: string;

  constructor() {
    super();
    this.list = { kind: 'loading' };
    this.dropping = null;
    this.refused = null;
    this.said = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client') || changed.has('capabilities')) void this.#load();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('dropping');
    if (before === undefined) return;
    if (this.dropping !== null) this.querySelector<HTMLElement>('[data-first]')?.focus();
    else
      (
        this.querySelector<HTMLElement>(`[data-tool="${before}"] button`) ??
        this.closest<HTMLElement>('[role=tabpanel]')
      )?.focus();
  }

  async #load(): Promise<void> {
    const { client } = this;
    const answer = await client.request('tool.list', {});
    if (client !== this.client) return;
    this.list = answer.ok ? { kind: 'loaded', tools: answer.value.items } : { kind: 'failed', fault: answer.fault };
  }

  override render(): TemplateResult {
    const { list, capabilities, client } = this;
    if (list.kind === 'loading') return html`<p class="soft" role="status">${callStrings.toolsLoading}</p>`;
    if (list.kind === 'failed') {
      return html`<div class="panel-blank"><p>${faultWords(list.fault)}</p>
        <button type="button" class="outline" @click=${() => this.#load()}>${strings.tryAgain}</button></div>`;
    }
    const may = capabilities.has('tool.admit');
    return html`${may ? html`<parley-admit-tool .client=${client} .admitted=${list.tools.map(({ tool }) => tool)} .mayConnect=${capabilities.has('connector.bind')} @tool-admitted=${this.#onAdmitted}></parley-admit-tool>` : nothing}
      ${list.tools.length === 0 ? noTools : this.#tools(list.tools, may)}
      <p class="done tools-said" role="status">${this.said}</p>
      <parley-trust-list .client=${client} .names=${this.names}></parley-trust-list>`;
  }

  #tools(tools: readonly RoomTool[], may: boolean): TemplateResult {
    return html`<ul class="tools" role="list">${repeat(
      tools,
      ({ tool }) => tool,
      (tool) =>
        toolView(tool, {
          client: this.client,
          by: this.names.name(tool.by),
          may,
          dropping: this.dropping === tool.tool,
          refused: this.dropping === tool.tool ? this.refused : null,
          onAct: (dropping) => this.#act(dropping ? tool.tool : null),
          onDrop: () => void this.#drop(tool),
        }),
    )}</ul>`;
  }

  #act(tool: string | null): void {
    this.said = '';
    this.refused = null;
    this.dropping = tool;
  }

  async #drop({ tool, title }: RoomTool): Promise<void> {
    const answer = await this.client.request('tool.drop', { tool });
    if (!answer.ok) return void (this.refused = answer.fault);
    await this.#load();
    this.#act(null);
    this.said = callStrings.dropped(title);
  }

  readonly #onAdmitted = async ({ detail }: CustomEvent<RoomTool>): Promise<void> => {
    await this.#load();
    this.said = callStrings.toolAdded(detail.title);
  };
}
define('parley-room-tools', ParleyRoomTools);

const noTools = html`<div class="panel-blank">${toolIcon}<h3>${callStrings.noTools}</h3><p class="soft">${callStrings.noToolsHelp}</p></div>`;

export const styles = css`
  .tools { display: grid; gap: 10px; }
  .tools-said { margin-block-start: 10px; }
  ${admitToolStyles}${toolViewStyles}${trustListStyles}
`;
