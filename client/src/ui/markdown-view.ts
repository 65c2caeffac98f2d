import { css, html, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';
import { unreachable } from '@parley/shared/assert';
import type { Block } from './markdown-block.ts';
import { strings } from './strings.ts';

/** Blocks as templates: unchanged ones keep their elements, so that a stream neither flickers nor loses a selection. */
export function blocksView(blocks: readonly Block[]): TemplateResult[] {
  return blocks.map(blockView);
}

function blockView(block: Block): TemplateResult {
  switch (block.kind) {
    case 'code':
      return codeView(block.language, block.code);
    case 'plain':
      return html`<p class="plain">${block.text}</p>`;
    case 'html':
      return html`${unsafeHTML(block.html)}`;
    default:
      return unreachable(block);
  }
}

const FOLD_AT = 2_400;

/** How many blocks of a long text show before it is unfolded; all of them when it is not long. */
export function foldedCount(text: string, blocks: readonly Block[]): number {
  if (text.length <= FOLD_AT) return blocks.length;
  let length = 0;
  const shown = blocks.findIndex((block) => {
    length += sizeOf(block);
    return length > FOLD_AT / 2;
  });
  return shown < 0 || blocks.length - shown < 3 ? blocks.length : shown + 1;
}

function sizeOf(block: Block): number {
  if (block.kind === 'html') return block.html.length;
  return block.kind === 'code' ? block.code.length : block.text.length;
}

function codeView(language: string, code: string): TemplateResult {
  return html`<div class="code" part="code">
    <div class="code-head"><span>${language === '' ? strings.codeBlock : language}</span>
      <button type="button" class="quiet" data-copy aria-label=${strings.copyCode}>${strings.copy}</button></div>
    <pre tabindex="0"><code>${code}</code></pre>
  </div>`;
}

/** Copies the code beside the button that was pressed; for one listener at the room's root. */
export async function copyCode(event: Event): Promise<void> {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-copy]') : null;
  const code = button?.closest('.code')?.querySelector('code');
  if (button === null || code === null || code === undefined) return;
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.classList.add('copied');
    button.setAttribute('aria-label', strings.copied);
  } catch {
    // The browser refused the clipboard: the text is selected, so that one key copies it.
    getSelection()?.selectAllChildren(code);
  }
}

export const markdownStyles = css`
  .words { overflow-wrap: anywhere; min-inline-size: 0; }
  .words > * + * { margin-block-start: 0.6em; }
  .words .plain { white-space: pre-wrap; }
  .words ul, .words ol { padding-inline-start: 1.4em; }
  .words ul { list-style: disc; }
  .words ol { list-style: decimal; }
  .words li + li, .words li > ul, .words li > ol { margin-block-start: 0.2em; }
  .words li::marker { color: var(--soft); }
  .words h3 { font-weight: 650; line-height: 1.35; }
  .words .depth-1 { font-size: 1.25em; }
  .words .depth-2 { font-size: 1.15em; }
  .words > h3 { margin-block-start: 1.1em; }
  .words > :first-child { margin-block-start: 0; }
  .words blockquote { margin: 0.6em 0 0; padding-inline-start: 0.9em; border-inline-start: 3px solid var(--line); color: var(--soft); }
  .words a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.18em; }
  .words small { font-size: inherit; color: var(--soft); }
  .words hr { border: 0; border-block-start: 1px solid var(--line); margin-block: 1em; }
  .words code { font-family: var(--mono); font-size: 1em; font-variant-ligatures: none; }
  .words :not(pre) > code { padding: 0.08em 0.34em; border-radius: 5px; background: var(--raised); }
  .words pre { margin: 0; padding: 12px 14px; overflow-x: auto; line-height: 1.5; tab-size: 4; background: var(--raised); border-radius: var(--radius-small); }
  .code { border: 1px solid var(--line); border-radius: var(--radius-small); overflow: hidden; background: var(--raised); }
  .code pre { margin: 0; padding: 12px 14px; overflow-x: auto; border-radius: 0; background: none; font-family: var(--mono); }
  .code pre code { font: inherit; }
  .code pre:focus-visible, .table:focus-visible { outline-offset: -2px; }
  .code-head { display: flex; justify-content: space-between; align-items: center; padding-inline-start: 14px; border-block-end: 1px solid var(--line); color: var(--soft); font-family: var(--mono); }
  .code-head button { font-family: var(--font); border-radius: 0; }
  .code-head button.copied::after { content: '✓'; color: var(--good); }
  .table { overflow-x: auto; overflow-wrap: break-word; }
  .table table { border-collapse: collapse; }
  .table th, .table td { padding: 6px 14px 6px 0; text-align: start; border-block-end: 1px solid var(--line); vertical-align: top; }
  .table th { font-weight: 600; border-block-end-color: var(--strong-line); }
`;
