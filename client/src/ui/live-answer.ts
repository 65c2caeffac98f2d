import { css, html, nothing, type TemplateResult } from 'lit';
import type { LaneView } from '../view.ts';
import { answerHead } from './entry-view.ts';
import { aiMark } from './face.ts';
import type { Block } from './markdown-block.ts';
import { streamingBlocks } from './markdown-engine.ts';
import { blocksView } from './markdown-view.ts';
import { define, Part } from './part.ts';
import { strings } from './strings.ts';

/** The answer that streams now. A token re-renders this element and nothing else. */
export class ParleyLiveAnswer extends Part {
  static override properties = {
    answering: { attribute: false },
    you: { attribute: false },
    revision: { attribute: false },
  };
  declare answering: NonNullable<LaneView['answering']>;
  declare you: string | null;
  /** Grows when the same words are to be shown anew. */
  declare revision: number;
  #turn = '';
  #blocks = new Map<string, Block>();

  override render(): TemplateResult {
    const { state, turn, forId, forName, text } = this.answering;
    if (turn !== this.#turn) this.#blocks = new Map();
    this.#turn = turn;
    const whom = strings.answerFor(forId === this.you ? strings.you : forName);
    const words =
      text === '' ? thinking : html`<div class="words">${blocksView(streamingBlocks(text, this.#blocks))}</div>`;
    const waits =
      state === 'waiting'
        ? html`<p class="soft waits">${forId === this.you ? strings.waitingForYou : strings.waitingFor(forName)}</p>`
        : nothing;
    return html`<div class="line answer live" part="answer live">${aiMark}<div>${answerHead(whom, nothing)}${state === 'waiting' && text === '' ? nothing : words}${waits}</div></div>`;
  }
}
define('parley-live-answer', ParleyLiveAnswer);

const thinking = html`<p class="thinking soft">${strings.thinking}<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span></p>`;

export const liveAnswerStyles = css`
  parley-live-answer { display: block; }
  .line.live { box-shadow: inset 0 0 0 1px var(--accent-line); }
  .live .ai-mark { animation: breathe 2.4s ease-in-out infinite; }
  @keyframes breathe { 50% { box-shadow: inset 0 0 0 1px var(--accent), 0 0 0 4px var(--accent-wash); } }
  .thinking { display: flex; align-items: baseline; gap: 6px; }
  .dots { display: inline-flex; gap: 4px; }
  .dots i { inline-size: 5px; block-size: 5px; border-radius: 50%; background: currentColor; animation: blink 1.2s infinite; }
  .dots i:nth-child(2) { animation-delay: 0.2s; }
  .dots i:nth-child(3) { animation-delay: 0.4s; }
  @keyframes blink { 0%, 60%, 100% { opacity: 0.25; } 30% { opacity: 1; } }
`;
