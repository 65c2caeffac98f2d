import type { Entry } from '@parley/shared/entry';
import type { PinKind } from '@parley/shared/pin-kind';
import { unreachable } from '@parley/shared/assert';
import { css, html, nothing, type TemplateResult } from 'lit';
import { entryActs, entryMore, type EntryActs } from './entry-acts.ts';
import { entryOrigin } from './entry-origin.ts';
import { entryRepeats } from './entry-repeats.ts';
import { aiMark, face } from './face.ts';
import { count, dayAndTime, isoTime, timeOfDay } from './format.ts';
import { lockIcon, pinIcon } from './icons.ts';
import { finishedBlocks } from './markdown-engine.ts';
import { blocksView, foldedCount } from './markdown-view.ts';
import { colorClass } from './person-color.ts';
import type { Names } from './names.ts';
import { tell } from './room-events.ts';
import { strings } from './strings.ts';
import { entryStrings } from './strings-entries.ts';

/** What a row needs besides its entry. */
export interface RowContext {
  readonly names: Names;
  readonly you: string | null;
  /** Shares face and name with the row above. */
  readonly continued: boolean;
  /** A long answer shows its beginning only. */
  readonly folded: boolean;
  readonly onFold: (entry: Entry) => void;
  readonly acts: EntryActs;
  /** C3: as what it is pinned; null: it is not. */
  readonly pinned: PinKind | null;
}

export function entryView(entry: Entry, row: RowContext): TemplateResult {
  switch (entry.kind) {
    case 'message':
      return messageView(entry, row);
    case 'prompt':
      return promptView(entry, row);
    case 'answer':
      return answerView(entry, row);
    case 'notice':
      return noticeView(entry, row);
    case 'tool':
      return asideView(strings.tool(entry.author.name), entry);
    case 'digest':
      return asideView(strings.digest, entry);
    default:
      return unreachable(entry.kind);
  }
}

function messageView(entry: Entry, row: RowContext): TemplateResult {
  const words = html`${plainWords(entry, row)}${pinMark(row)}${entryActs(entry, row.acts)}`;
  const more = entryMore(entry, row.acts);
  if (row.continued)
    return html`<div class="line continued"><span></span><div class="continued-words">${words}</div>${more}</div>`;
  const aside = entry.offRecord === true ? html`<span class="soft">${strings.offRecord}</span>` : nothing;
  return html`<div class="line">${face(entry.author.name, row.names.color(entry.author.id))}
    <div>${head(entry, row, aside)}${words}</div>${more}</div>`;
}

/** What somebody wrote, or who took it away. */
function plainWords(entry: Entry, row: RowContext): TemplateResult {
  if (entry.redactedBy !== undefined) return redacted(entry.redactedBy, row);
  const repeats = entryRepeats(entry, row.acts.lane, (id) => personName(id, row));
  return html`<div class="words">${blocksView(finishedBlocks(entry.text))}</div>${repeats}`;
}

function redacted(by: string, row: RowContext): TemplateResult {
  return html`<p class="redacted soft">${entryStrings.redacted(by === row.you ? strings.youBegin : row.names.name(by))}</p>`;
}

/** In a private lane a notice is a word to its one reader; in the room it is a mark beside the conversation. */
function noticeView(entry: Entry, { acts }: RowContext): TemplateResult {
  if (acts.lane === 'room') return html`<p class="notice">${entry.text} <span class="soft">${time(entry)}</span></p>`;
  return html`<p class="notice told">${lockIcon}<span>${entry.text} <span class="soft">${time(entry)}</span></span></p>`;
}

function promptView(entry: Entry, row: RowContext): TemplateResult {
  const asked = html`<span class="asked">${strings.asked}</span>`;
  return html`<div class="line prompt" part="prompt">${face(entry.author.name, row.names.color(entry.author.id))}
    <div>${head(entry, row, asked)}${plainWords(entry, row)}${pinMark(row)}${outcome(entry, row)}${entryActs(entry, row.acts)}</div>${entryMore(entry, row.acts)}</div>`;
}

function answerView(entry: Entry, row: RowContext): TemplateResult {
  const whom =
    entry.for === undefined ? '' : strings.answerFor(entry.for === row.you ? strings.you : row.names.name(entry.for));
  return html`<div class="line answer" part="answer">${aiMark}
    <div>${answerHead(whom, time(entry))}${answerWords(entry, row)}${pinMark(row)}${outcome(entry, row)}
      ${entryOrigin(entry, { lane: row.acts.lane, you: row.you, name: (id) => personName(id, row) })}${usage(entry, row)}${entryActs(entry, row.acts)}</div>${entryMore(entry, row.acts)}</div>`;
}

/** The first line of an answer, streaming or finished. */
export function answerHead(whom: string, aside: TemplateResult | typeof nothing): TemplateResult {
  return html`<div class="head"><span class="ai-name">${strings.ai}</span><span class="soft">${whom}</span>${aside}</div>`;
}

function answerWords(entry: Entry, row: RowContext): TemplateResult | typeof nothing {
  if (entry.redactedBy !== undefined) return redacted(entry.redactedBy, row);
  if (entry.text === '') return nothing;
  const blocks = finishedBlocks(entry.text);
  const short = foldedCount(entry.text, blocks);
  const foldable = short < blocks.length;
  const shown = foldable && row.folded ? blocks.slice(0, short) : blocks;
  const button = html`<button type="button" class="quiet fold" aria-expanded=${row.folded ? 'false' : 'true'}
    @click=${() => row.onFold(entry)}>${row.folded ? strings.showRest : strings.fold}</button>`;
  return html`<div class="words">${blocksView(shown)}</div>${foldable ? button : nothing}`;
}

/** Under the words that are pinned; opens all that is. */
function pinMark({ pinned, acts: { lane } }: RowContext): TemplateResult | typeof nothing {
  if (pinned === null) return nothing;
  const open = ({ currentTarget }: Event): void => {
    if (currentTarget !== null) tell(currentTarget, 'room-dialog', { kind: 'memory', lane, entry: null });
  };
  return html`<p><button type="button" class="quiet pin-mark" @click=${open}>${pinIcon}${entryStrings.pinned[pinned]}</button></p>`;
}

function outcome(entry: Entry, row: RowContext): TemplateResult | typeof nothing {
  if (entry.outcome === undefined || entry.outcome === 'completed') {
    return entry.reason === undefined ? nothing : html`<p class="outcome soft">${entry.reason}</p>`;
  }
  const what = strings.outcomes[entry.outcome];
  const byPerson = entry.outcome === 'cancelled' && entry.by !== undefined && entry.by !== 'system';
  const words = byPerson && entry.by !== undefined ? strings.outcomeBy(what, personName(entry.by, row)) : what;
  const bad = entry.outcome === 'failed' || entry.outcome === 'outcome-unknown' || entry.outcome === 'revoked';
  const reason = byPerson || entry.reason === undefined ? nothing : html` <span>${entry.reason}</span>`;
  return html`<p class="outcome ${bad ? 'bad' : 'soft'}"><span class="chip">${words}</span>${reason}</p>`;
}

function usage({ usage: used, for: whom }: Entry, row: RowContext): TemplateResult | typeof nothing {
  if (used === undefined) return nothing;
  const detail = strings.costDetail(count(used.inputTokens), count(used.cachedTokens), count(used.outputTokens));
  const whose = whom === undefined ? '' : strings.costWhose(personName(whom, row), row.acts.lane === 'room');
  return html`<details class="cost"><summary>${strings.cost(count(used.inputTokens + used.outputTokens), used.model)}</summary>
    <p>${detail}<br />${whose}</p></details>`;
}

function asideView(title: string, entry: Entry): TemplateResult {
  return html`<details class="aside"><summary>${title} <span class="soft">${time(entry)}</span></summary>
    <div class="words">${blocksView(finishedBlocks(entry.text))}</div></details>`;
}

function head(entry: Entry, row: RowContext, aside: TemplateResult | typeof nothing): TemplateResult {
  const { id, name } = entry.author;
  const alike = row.names.isAlike(id) ? html`<code class="soft" title=${entryStrings.alike}>${id}</code>` : nothing;
  return html`<div class="head"><span class="who-name ${colorClass(row.names.color(id))}">${name}</span>${alike}${aside}${time(entry)}</div>`;
}

function time(entry: Entry): TemplateResult {
  return html`<time class="soft" datetime=${isoTime(entry.at)} title=${dayAndTime(entry.at)}>${timeOfDay(entry.at)}</time>`;
}

function personName(id: string, row: RowContext): string {
  return id === row.you ? strings.you : row.names.name(id);
}

export const entryStyles = css`
  .line { display: grid; grid-template-columns: 36px minmax(0, 1fr); column-gap: 12px; padding-block: 10px; }
  .line.continued { padding-block: 0 8px; margin-block-start: -4px; }
  .head { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: 8px; margin-block-end: 2px; }
  .head time { font-variant-numeric: tabular-nums; }
  .asked, .ai-name { color: var(--accent); }
  .ai-name { font-weight: 650; }
  .line.answer { padding: 12px 14px 14px 12px; margin-block: 4px 10px; margin-inline: -12px; border-radius: var(--radius); background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); }
  .outcome { margin-block-start: 6px; }
  .outcome.bad { color: var(--bad); }
  .chip { display: inline-block; padding-inline: 10px; border-radius: 99px; border: 1px solid currentColor; margin-inline-end: 4px; }
  .pin-mark { display: inline-flex; align-items: center; gap: 6px; padding-inline: 0 8px; font-weight: 600; }
  .pin-mark:hover { background: none; text-decoration: underline; text-underline-offset: 3px; }
  .fold { margin: 4px 0 -6px -14px; color: var(--accent); }
  .fold:hover { color: var(--accent); }
  .cost { margin-block: 4px -8px; color: var(--soft); }
  .cost summary, .aside summary { cursor: pointer; min-block-size: 44px; display: inline-flex; align-items: center; gap: 6px; border-radius: 6px; }
  .cost summary::before, .aside summary::before { content: '▸'; transition: rotate var(--quick); }
  .cost[open] summary::before, .aside[open] summary::before { rotate: 90deg; }
  .cost p { padding-block-end: 10px; }
  .notice { padding-block: 8px; text-align: center; color: var(--soft); }
  .notice.told { display: flex; gap: 10px; align-items: flex-start; padding: 10px 14px; margin-block: 8px; border-radius: var(--radius); background: var(--warn-wash); color: var(--ink); text-align: start; }
  .notice.told .icon { color: var(--warn); margin-block-start: 2px; }
  .redacted { font-style: italic; }
  .aside { padding-inline-start: 48px; color: var(--soft); }
`;
