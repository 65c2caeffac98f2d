import type { ApprovalView } from '@parley/shared/tools';
import { css, html, nothing, type TemplateResult } from 'lit';
import { argumentRows, type ArgumentRow } from './argument-rows.ts';
import { until } from './format.ts';
import type { Names } from './names.ts';
import { callStrings } from './strings-calls.ts';
import { visibleText } from './visible-text.ts';

/** Whoever is asked. */
export interface Asked {
  readonly you: string;
  readonly names: Pick<Names, 'name'>;
}

/**
 * All that somebody needs in order to decide on a call, made from the server's facts alone: nothing that a
 * model wrote describes it (A63), and nothing in it is hidden by how it is written.
 */
export function approvalFacts(approval: ApprovalView, asked: Asked): TemplateResult {
  return html`<dl class="facts">
    ${fact(callStrings.actsAs, html`${callStrings.you(asked.you)}`)}
    ${fact(callStrings.does, html`<b>${visibleText(approval.title)}</b> <code>${approval.call}</code><span class="soft">: ${callStrings.classes[approval.class]}</span>`)}
    ${recipients(approval)}${fact(callStrings.shapedBy, influence(approval, asked))}
    ${approval.builtOn.length === 0 ? nothing : fact(callStrings.builtOn, html`<div class="caution">${nameList(approval.builtOn)}<p>${callStrings.builtOnHelp}</p></div>`)}
    ${fact(callStrings.with, values(approval))}${fact(callStrings.askedIn, html`${callStrings.lanes[approval.lane]}`)}
  </dl><p class="soft">${callStrings.next}</p>`;
}

function fact(name: string, value: TemplateResult): TemplateResult {
  return html`<div class="fact"><dt>${name}</dt><dd>${value}</dd></div>`;
}

function recipients({ recipients: to, class: kind }: ApprovalView): TemplateResult | typeof nothing {
  if (to.length > 0) return fact(callStrings.goesTo, html`<div class="recipients">${nameList(to)}</div>`);
  return kind === 'egress'
    ? fact(callStrings.goesTo, html`<p class="caution">${callStrings.goesToNobody}</p>`)
    : nothing;
}

function nameList(names: readonly string[]): TemplateResult {
  return html`<ul class="names" role="list">${names.map((name) => html`<li>${visibleText(name)}</li>`)}</ul>`;
}

function values({ arguments: canonical, digest }: ApprovalView): TemplateResult {
  const rows = argumentRows(canonical);
  return html`${rows === null ? html`<p>${callStrings.argumentsTooMany}</p>` : table(rows)}
    <details class="folds as-sent" ?open=${rows === null}><summary>${callStrings.asSent}</summary>
      <pre tabindex="0"><code>${visibleText(canonical)}</code></pre><p class="soft digest">${callStrings.fingerprint(digest)}</p></details>`;
}

function table(rows: readonly ArgumentRow[]): TemplateResult {
  if (rows.length === 0) return html`<p class="soft">${callStrings.noArguments}</p>`;
  return html`<table class="arguments"><tbody>${rows.map(
    ({ path, value, kind }) => html`<tr><th scope="row">${visibleText(path.join(' › '))}</th>
      <td class=${kind} dir=${kind === 'text' ? 'auto' : 'ltr'}>${visibleText(value)}</td></tr>`,
  )}</tbody></table>`;
}

function influence({ influencedBy }: ApprovalView, { names }: Asked): TemplateResult {
  if (influencedBy.length === 0) return html`${callStrings.shapedByYou}`;
  const who = influencedBy.map((id) =>
    id.startsWith('tool:') ? callStrings.toolResults(id.slice(5)) : names.name(id),
  );
  return html`<div class="caution"><p>${callStrings.shapedByOthers}</p>${nameList(who)}<p>${callStrings.shapedHelp}</p></div>`;
}

/** When doing nothing becomes an answer, in words. */
export function expiry({ expiresAt }: ApprovalView, now: number): string {
  return expiresAt <= now ? callStrings.declinedNow : callStrings.declinedIn(until(expiresAt, now));
}

export const approvalFactsStyles = css`
  .fact { display: contents; }
  .recipients .names li { font-weight: 650; border-color: var(--accent); background: var(--accent-wash); }
  .arguments { inline-size: 100%; border-collapse: collapse; table-layout: fixed; }
  .arguments th { inline-size: 30%; padding: 6px 12px 6px 0; color: var(--soft); font-weight: 400; text-align: start; vertical-align: top; overflow-wrap: anywhere; }
  .arguments td { padding: 6px 0; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
  .arguments td.other { font-family: var(--mono); }
  .arguments tr + tr > * { border-block-start: 1px solid var(--line); }
  .as-sent pre { margin: 0; padding: 12px; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); border-radius: var(--radius-small); font-family: var(--mono); max-block-size: 14rem; overflow-y: auto; }
  .as-sent code { font: inherit; }
  .digest { overflow-wrap: anywhere; }
`;
