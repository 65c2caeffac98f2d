import { readText, wrappedPart, type ContextItem, type Piece, type Shown } from '../context/context-pieces.ts';
import type { Hand } from '../context/hand.ts';
import type { Harmless } from '../context/envelope.ts';
import { leastTokens, type Line } from '../context/text-lines.ts';
import type { LineRange } from './excerpt.ts';
import { writtenCite } from './recalled-cite.ts';

/** Upper bound of what stands for lines that are left out, with what it costs the text around it. */
const GAP_TOKENS = 18;

/** What of an item is said once more; `lines`: null is all of it. */
export interface Excerpt {
  readonly item: ContextItem;
  readonly lines: readonly LineRange[] | null;
}

/** An excerpt in the envelope of its item, word for word; it is cited with its lines, so that it can be made again. */
export function excerptPiece({ item, lines }: Excerpt, n: string, hand: Hand): Piece {
  const all = readText(item.entry, hand);
  const shown = lines === null ? { text: all.text, more: 0 } : shownOf(all.lines ?? [], lines, hand.wrap.gap);
  return { ...wrappedPart(item, n, hand, shown), cite: writtenCite({ n, lines }) };
}

/** Some of these lines, with a mark where others are left out. */
function shownOf(lines: readonly Line[], ranges: readonly LineRange[], gap: Harmless): Shown {
  const parts: string[] = [];
  let more = 0;
  let at = 0;
  const leaveOut = (to: number): void => {
    if (at === to) return;
    parts.push(gap);
    more += GAP_TOKENS - lines.slice(at, to).reduce((sum, { body }) => sum + leastTokens(body), 0);
  };
  for (const { from, to } of ranges) {
    leaveOut(from);
    parts.push(...lines.slice(from, to).map(({ quote, body }) => quote + body));
    at = to;
  }
  leaveOut(lines.length);
  // Lines of a harmless text, and marks of ours.
  return { text: parts.join('\n') as Harmless, more };
}
