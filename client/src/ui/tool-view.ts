import type { Fault } from '@parley/shared/fault';
import type { RoomTool } from '@parley/shared/tools';
import { css, html, nothing, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { closeIcon } from './icons.ts';
import './link-account.ts';
import { linkAccountStyles } from './link-account.ts';
import { faultWords } from './strings.ts';
import { callStrings } from './strings-calls.ts';
import { visibleText } from './visible-text.ts';

export interface ToolActs {
  readonly client: RoomClient;
  /** Name of whoever let it in. */
  readonly by: string;
  /** Whether the reader may remove it. */
  readonly may: boolean;
  readonly dropping: boolean;
  readonly refused: Fault | null;
  /** Begins to remove it, or leaves it. */
  readonly onAct: (dropping: boolean) => void;
  readonly onDrop: () => void;
}

/** One tool of the room, and on demand its removal. */
export function toolView(tool: RoomTool, acts: ToolActs): TemplateResult {
  const { title, as, available, link } = tool;
  const label = callStrings.drop(title);
  return html`<li class="tool card ${available ? '' : 'withdrawn'}" data-tool=${tool.tool} @keydown=${(event: KeyboardEvent) => onKey(event, acts)}>
    <div class="tool-head"><h3>${title} <code>${tool.tool}</code></h3>
      ${acts.may ? html`<button type="button" class="icon-only quiet" aria-label=${label} title=${label} aria-expanded=${acts.dropping ? 'true' : 'false'} @click=${() => acts.onAct(!acts.dropping)}>${closeIcon}</button>` : nothing}</div>
    <p>${callStrings.toolActsAs[as]} <span class="soft">(${callStrings.admittedBy(acts.by)})</span></p>
    ${available ? nothing : html`<p class="bad">${callStrings.unavailable}</p>`}
    ${link === undefined ? nothing : html`<parley-link-account .client=${acts.client} .tool=${tool.tool} .title=${title}></parley-link-account>`}
    ${tool.functions.length === 0 ? nothing : functions(tool)}
    ${acts.dropping ? confirm(tool, acts) : nothing}</li>`;
}

function functions({ functions: list }: RoomTool): TemplateResult {
  return html`<details class="folds"><summary>${callStrings.functions(list.length)}</summary>
    <dl class="functions">${list.map(({ call, description, class: kind }) => html`<dt><code>${call}</code> <span class="soft">${callStrings.classes[kind]}</span></dt><dd>${visibleText(description)}</dd>`)}</dl></details>`;
}

/** Says what will happen first; keeping it is the first choice, and Escape's. */
function confirm({ title }: RoomTool, acts: ToolActs): TemplateResult {
  return html`<div class="member-acts" role="group" aria-label=${callStrings.drop(title)}><p>${callStrings.dropHelp(title)}</p>
    ${acts.refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(acts.refused)}</p>`}
    <div class="row-acts"><button type="button" class="outline" data-first @click=${() => acts.onAct(false)}>${callStrings.keep(title)}</button>
      <button type="button" class="outline danger" @click=${acts.onDrop}>${callStrings.dropNow(title)}</button></div></div>`;
}

function onKey(event: KeyboardEvent, acts: ToolActs): void {
  if (event.key !== 'Escape' || !acts.dropping) return;
  event.preventDefault();
  acts.onAct(false);
}

export const toolViewStyles = css`
  .tool { gap: 6px; overflow-wrap: anywhere; }
  .tool-head { display: flex; align-items: flex-start; gap: 8px; }
  .tool-head h3 { flex: 1; min-inline-size: 0; padding-block-start: 4px; }
  .tool-head button { margin: -8px -8px -8px 0; }
  .tool code, .functions code { font-family: var(--mono); font-weight: 400; color: var(--soft); }
  .tool .bad { color: var(--bad); }
  .tool.withdrawn h3 { text-decoration: line-through; }
  .functions { display: grid; gap: 2px; }
  .functions dt:not(:first-child) { margin-block-start: 8px; }
  .functions dd { color: var(--soft); }
  ${linkAccountStyles}
`;
