import type { Entry } from '@parley/shared/entry';
import type { ToolUse } from '@parley/shared/tools';
import { css, html, nothing, type TemplateResult } from 'lit';
import { lockIcon, shareIcon, toolIcon } from './icons.ts';
import { entryStrings } from './strings-entries.ts';

interface Readers {
  readonly lane: 'room' | 'me';
  readonly you: string | null;
  readonly name: (id: string) => string;
}

/** Where an answer comes from, as its readers see it: who shared it, what it was built on, the tools that were used. */
export function entryOrigin(entry: Entry, { lane, you, name }: Readers): TemplateResult {
  const { releasedBy, resources, tools } = entry;
  const restricted = lane === 'room' ? entryStrings.restricted : entryStrings.restrictedMe;
  return html`${releasedBy === undefined ? nothing : line(shareIcon, releasedBy === you ? entryStrings.releasedByYou : entryStrings.releasedBy(name(releasedBy)))}
    ${resources === undefined ? nothing : line(lockIcon, restricted(resources.join(', ')))}
    ${tools === undefined || tools.length === 0 ? nothing : uses(tools, entry.for === undefined ? '' : name(entry.for))}`;
}

function line(icon: TemplateResult, words: string): TemplateResult {
  return html`<p class="origin soft">${icon}<span>${words}</span></p>`;
}

function uses(tools: readonly ToolUse[], speaker: string): TemplateResult {
  const unknown = [...new Set(tools.filter(({ outcome }) => outcome === 'unknown').map(({ title }) => title))];
  return html`<ul class="uses" role="list" aria-label=${entryStrings.used}>${tools.map((use) => useView(use, speaker))}</ul>
    ${unknown.map((title) => html`<p class="not-known">${entryStrings.unknownHelp(title)}</p>`)}`;
}

function useView({ title, call, as, outcome }: ToolUse, speaker: string): TemplateResult {
  const whom = as === 'connector' ? entryStrings.useForRoom : entryStrings.useFor(speaker);
  const how = entryStrings.outcomes[outcome];
  return html`<li class="use" data-outcome=${outcome} title=${call}>${toolIcon}<span><b>${title}</b> <span class="soft">${whom}</span>${how === '' ? nothing : html`<span class="how"> · ${how}</span>`}</span></li>`;
}

export const entryOriginStyles = css`
  .origin { display: flex; gap: 8px; align-items: flex-start; margin-block-start: 6px; }
  .origin .icon { margin-block-start: 2px; }
  .origin span { min-inline-size: 0; overflow-wrap: anywhere; }
  .uses { display: flex; flex-wrap: wrap; gap: 6px; margin-block-start: 10px; }
  .use { display: inline-flex; align-items: center; gap: 6px; padding: 2px 12px 2px 8px; border: 1px solid var(--line); border-radius: 99px; overflow-wrap: anywhere; }
  .use .icon { color: var(--soft); inline-size: 18px; }
  .use b { font-weight: 600; }
  .use .how { color: var(--soft); }
  .use:is([data-outcome='failed'], [data-outcome='unknown']) { border-color: var(--bad); }
  .use:is([data-outcome='failed'], [data-outcome='unknown']) .how { color: var(--bad); }
  .not-known { margin-block-start: 8px; padding: 10px 14px; border-radius: var(--radius-small); background: var(--bad-wash); }
`;
