import DOMPurify, { type Config } from 'dompurify';
import { Marked, type Token, type Tokens } from 'marked';
import type { Block } from './markdown-block.ts';
import { settle } from './settle-markdown.ts';
import { strings } from './strings.ts';

const ALLOWED: Config = {
  ALLOWED_TAGS: [
    'a',
    'b',
    'blockquote',
    'br',
    'code',
    'del',
    'div',
    'em',
    'h3',
    'hr',
    'li',
    'ol',
    'p',
    'pre',
    's',
    'small',
    'span',
    'strong',
    'table',
    'tbody',
    'td',
    'th',
    'thead',
    'tr',
    'ul',
  ],
  ALLOWED_ATTR: ['href', 'title', 'target', 'rel', 'class', 'tabindex', 'start', 'align', 'role', 'aria-label'],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  /** Not addresses, so the rule above is not for them. */
  ADD_URI_SAFE_ATTR: ['target', 'rel', 'class', 'tabindex', 'start', 'align', 'role'],
  ALLOW_DATA_ATTR: false,
};

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    /** Raw HTML is shown as it was written: people paste pages and logs, and nothing of it runs. */
    html: ({ text }) => escapeHtml(text),
    link({ href, tokens, text }) {
      return linkHtml(href, this.parser.parseInline(tokens), text);
    },
    /** A picture from elsewhere would tell its server who reads here: it is a link instead. */
    image: ({ href, text }) => linkHtml(href, escapeHtml(strings.image(text)), ''),
    /** One level below the room's own title whatever people write, so that the outline of the page has no gaps. */
    heading({ depth, tokens }) {
      return `<h3 class="depth-${depth}">${this.parser.parseInline(tokens)}</h3>\n`;
    },
    code: ({ text }) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`,
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
});

function linkHtml(href: string, inner: string, text: string): string {
  const url = safeUrl(href);
  if (url === null) return `${inner} <small>(${escapeHtml(href)})</small>`;
  const shown =
    text === href || `mailto:${text}` === href ? '' : ` <small class="target">(${escapeHtml(targetOf(url))})</small>`;
  const safe = escapeHtml(url.href);
  return `<a href="${safe}" title="${safe}" target="_blank" rel="noopener noreferrer nofollow">${inner}</a>${shown}`;
}

function safeUrl(href: string): URL | null {
  const url = URL.parse(href);
  return url !== null && ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url : null;
}

function targetOf(url: URL): string {
  return url.protocol === 'mailto:' ? url.pathname : url.host;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Markdown to HTML in which raw HTML is text; {@link blocksOf} passes it through DOMPurify as a second wall. */
export function toHtml(tokens: Token[]): string {
  return marked.parser(tokens);
}

export function lex(text: string): Token[] {
  return marked.lexer(text);
}

/** Whole Markdown text as safe blocks. Needs a DOM. */
export function blocksOf(text: string): readonly Block[] {
  return lex(text)
    .filter((token) => token.type !== 'space' && token.type !== 'def')
    .map(blockOf);
}

/** Blocks of a text that is still arriving; `cache` belongs to that one text and makes all but the tail free. */
export function streamingBlocks(text: string, cache: Map<string, Block>): readonly Block[] {
  const tokens = lex(settle(text)).filter((token) => token.type !== 'space' && token.type !== 'def');
  return tokens.map((token, index) => {
    const known = cache.get(token.raw);
    if (known !== undefined) return known;
    const block = blockOf(token);
    if (index < tokens.length - 1) cache.set(token.raw, block);
    return block;
  });
}

function blockOf(token: Token): Block {
  if (token.type === 'code') {
    // marked's Token is a union with an open member, which `type` alone does not narrow.
    const { text, lang } = token as Tokens.Code;
    return { kind: 'code', language: /^[\w+#.-]{1,24}/.exec(lang ?? '')?.[0] ?? '', code: text };
  }
  const html = toHtml([token]);
  // A wide table scrolls by itself, also by keyboard, instead of widening the room.
  const framed = token.type === 'table' ? `<div class="table" tabindex="0" role="group">${html}</div>` : html;
  return { kind: 'html', html: DOMPurify.sanitize(framed, ALLOWED) };
}
