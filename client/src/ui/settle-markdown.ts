/**
 * Half a Markdown text, as it streams, means something else than the whole: `**bol` is stars until the
 * second pair arrives, `Text\n-` is a headline until the list goes on. Showing that would flicker.
 * {@link settle} shows the tail as what it will most likely become, and holds back what cannot be told yet.
 */
export function settle(text: string): string {
  const fence = openFence(text);
  if (fence !== null) return withoutPartialFence(text, fence);
  const held = withoutUndecidedLine(text);
  const start = lastBlockStart(held);
  const block = held.slice(start);
  return held.slice(0, start) + (isUnfinishedTableHead(block) ? '' : closeInline(block));
}

/** The marker (``` or ~~~, at its length) of a code fence that is still open, or null. */
function openFence(text: string): string | null {
  let open: string | null = null;
  for (const [, marker = '', info = ''] of text.matchAll(/^ {0,3}(`{3,}|~{3,})([^\n]*)$/gm)) {
    if (open === null) open = marker;
    else if (marker.startsWith(open) && info.trim() === '') open = null;
  }
  return open;
}

/** A line of one or two fence characters is the start of the closing fence. */
function withoutPartialFence(text: string, fence: string): string {
  const char = fence.charAt(0);
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  const partial = lastLine !== '' && lastLine.length < fence.length && [...lastLine].every((c) => c === char);
  return partial ? text.slice(0, -lastLine.length) : text;
}

/** A last line that is only a marker: bullet, number, hash, quote, rule, underline, start of a fence. */
const UNDECIDED = /^\s*(?:[-*+]|\d{1,9}[.)]?|#{1,6}|>+|[-=]+|[*_]{2,}|`{1,2}|~{1,2}|[|:\-\s]+)[ \t]*$/;

function withoutUndecidedLine(text: string): string {
  const start = text.lastIndexOf('\n') + 1;
  const line = text.slice(start);
  return line.trim() !== '' && UNDECIDED.test(line) ? text.slice(0, start) : text;
}

function lastBlockStart(text: string): number {
  let start = 0;
  for (const gap of text.matchAll(/\n[ \t]*\n/g)) start = gap.index + gap[0].length;
  return start;
}

/** A table's head is a paragraph of bars until the line of dashes below it is complete. */
function isUnfinishedTableHead(block: string): boolean {
  if (!block.trimStart().startsWith('|')) return false;
  return !/^\s*\|[^\n]*\n\s*\|?[\s:|-]*-[\s:|-]*\n/.test(block);
}

interface Scan {
  readonly kept: string;
  readonly closers: readonly string[];
}

/** Closes emphasis, code and links that are still open at the end. */
function closeInline(block: string): string {
  const { kept, closers } = scan(unfinishedLink(block));
  if (closers.length === 0) return kept;
  return kept.trimEnd() + closers.toReversed().join('');
}

/** `[text](http…` and `[text` show their text; an image shows nothing yet. */
function unfinishedLink(block: string): string {
  const link = /(!?)\[([^[\]\n]*)(?:\](?:\([^()\n]*)?)?$/.exec(block);
  if (link === null) return block;
  const [whole, bang, text = ''] = link;
  return block.slice(0, block.length - whole.length) + (bang === '!' ? '' : text);
}

const DELIMITER = /\\[\s\S]?|`+|\*{1,3}|_{1,3}|~~/g;

function scan(block: string): Scan {
  const open: string[] = [];
  let code: string | null = null;
  for (const match of block.matchAll(DELIMITER)) {
    const mark = match[0];
    const end = match.index + mark.length;
    if (mark.startsWith('`')) code = code === null ? mark : code === mark ? null : code;
    else if (code === null && !mark.startsWith('\\')) {
      if (end === block.length && open.at(-1) !== mark) return { kept: block.slice(0, match.index), closers: open };
      toggle(open, mark, block.charAt(match.index - 1), block.charAt(end));
    }
  }
  if (code === null) return { kept: block, closers: open };
  const empty = block.endsWith(code);
  return { kept: empty ? block.slice(0, -code.length) : block, closers: empty ? open : [...open, code] };
}

function toggle(open: string[], mark: string, before: string, after: string): void {
  if (mark.startsWith('_') && /\w/.test(before) && /\w/.test(after)) return;
  if (open.at(-1) === mark) open.pop();
  else if (after !== '' && !/\s/.test(after)) open.push(mark);
}
