import type { LaneKey } from '@parley/shared/ids';
import { numberOf, privateNumber, readText, type ContextItem, type Piece } from '../context/context-pieces.ts';
import type { Hand } from '../context/hand.ts';
import { inOrder, isSent } from '../context/sealed-order.ts';
import { linesOf, type Line } from '../context/text-lines.ts';
import { excerptPiece, type Excerpt } from './excerpt-piece.ts';
import { excerptOf, type LineRange } from './excerpt.ts';
import type { Heard } from './heard.ts';
import { RoomWords } from './lane-words.ts';
import { ranked } from './ranking.ts';
import { readCite } from './recalled-cite.ts';
import { wordsOf } from './text-words.ts';

/** So many entries are recalled for one prompt at most: further ones answer hardly any question more, and each is read anew. */
const MOST_RECALLED = 5;
/** … of so many that are tried, … */
const MOST_TRIED = 24;
/** … and of so many characters of theirs, and of the prompt's, that are looked at line by line: nobody is to wait for it. */
const MOST_READ_CHARS = 65_536;

export interface Recalling {
  readonly lane: LaneKey;
  /** All of the lane; only those of its own document are looked through. */
  readonly items: readonly ContextItem[];
  /** Whether its words stand in what is sent. */
  readonly isThere: (item: ContextItem) => boolean;
  /** What is sent of the lane anyway; asked where something may be recalled. */
  readonly heard: () => Heard;
  /** What it may take. */
  readonly budget: number;
}

/**
 * C6: of older entries of a lane's own document that a prompt is about and that are not sent any more, the lines that
 * are about it, in their order. By the words of the prompt and of that document alone, so that nothing on a shelf moves
 * what is found (R3, R9).
 */
export function recalled(recalling: Recalling, prompt: string, hand: Hand, words = new RoomWords()): readonly Piece[] {
  if (!recalling.items.some((item) => item.shelf === undefined && isGone(item, recalling))) return [];
  const lane = words.of(recalling.lane).read(recalling.items);
  const { best, asked } = ranked(wordsOf(prompt), lane, (at) => isGone(lane.items[at], recalling));
  if (best.length === 0) return [];
  const heard = recalling.heard();
  heard.add(linesOf(hand.wrap.plain(prompt.slice(0, MOST_READ_CHARS))) ?? []);
  const tried = best.slice(0, MOST_TRIED).flatMap((at) => lane.items[at] ?? []);
  return laidOut(fitting(tried, { asked, heard }, recalling, hand), recalling, hand);
}

function isGone(item: ContextItem | undefined, { isThere }: Recalling): boolean {
  return item !== undefined && isSent(item) && !isThere(item);
}

/** The same again, as far as it is still there: what a turn was started with is all that it is made from (R4). */
export function recalledAgain(recalling: Recalling, cites: readonly string[], hand: Hand): readonly Piece[] {
  const lines = new Map(cites.map(readCite).map((cite) => [cite.n, cite.lines]));
  const known = recalling.items.flatMap((item) => {
    const again = isSent(item) ? lines.get(citeOf(item, recalling)) : undefined;
    return again === undefined ? [] : [{ item, lines: again }];
  });
  return laidOut(known, recalling, hand);
}

/** The best that fit. What says nothing that is not heard anyway takes nobody's place; what is taken is heard from then on. */
function fitting(
  best: readonly ContextItem[],
  { asked, heard }: { readonly asked: ReadonlyMap<number, number>; readonly heard: Heard },
  recalling: Recalling,
  hand: Hand,
): readonly Excerpt[] {
  let left = recalling.budget;
  let unread = MOST_READ_CHARS;
  const fit: Excerpt[] = [];
  for (const item of best) {
    if (fit.length === MOST_RECALLED) break;
    if (item.entry.text.length > unread) continue;
    unread -= item.entry.text.length;
    const { lines } = readText(item.entry, hand);
    const said = lines === null ? [] : excerptOf(lines, heard.freshOf(lines), asked);
    if (lines === null || said.length === 0) continue;
    const excerpt = { item, lines: isAll(said, lines) ? null : said };
    const { tokens } = pieceOf(excerpt, recalling, hand);
    if (tokens > left) continue;
    left -= tokens;
    heard.add(said.flatMap(({ from, to }) => lines.slice(from, to)));
    fit.push(excerpt);
  }
  return fit;
}

function isAll([first]: readonly LineRange[], lines: readonly Line[]): boolean {
  return first?.from === 0 && first.to === lines.length;
}

function laidOut(excerpts: readonly Excerpt[], recalling: Recalling, hand: Hand): readonly Piece[] {
  const lines = new Map(excerpts.map((one) => [one.item, one.lines]));
  return inOrder([...lines.keys()]).map((item) => pieceOf({ item, lines: lines.get(item) ?? null }, recalling, hand));
}

function pieceOf(excerpt: Excerpt, recalling: Recalling, hand: Hand): Piece {
  return excerptPiece(excerpt, citeOf(excerpt.item, recalling), hand);
}

function citeOf(item: ContextItem, { lane }: Recalling): string {
  const number = numberOf(item);
  return lane === 'room' ? number : privateNumber(number);
}
