import type { LaneKey } from '@parley/shared/ids';
import {
  numberOf,
  privateNumber,
  wrappedPiece,
  type ContextItem,
  type Hand,
  type Piece,
} from '../context/context-pieces.ts';
import { folded, type Sent } from '../context/context-window.ts';
import type { Repeats } from '../context/repeats.ts';
import { inOrder, isSent } from '../context/sealed-order.ts';
import { RoomWords } from './lane-words.ts';
import { ranked } from './ranking.ts';
import { wordsOf } from './text-words.ts';

/** So many entries are recalled for one prompt at most, … */
export const MOST_RECALLED = 8;
/** … of so many that are tried. */
const MOST_TRIED = 48;

export interface Recalling {
  readonly lane: LaneKey;
  /** All of the lane; only those of its own document are looked through. */
  readonly items: readonly ContextItem[];
  /** Whether its words stand in what is sent. */
  readonly isThere: (item: ContextItem) => boolean;
  /** What is sent before it, anew each time, so that no passage is sent twice (C9). */
  readonly said: () => Repeats<Piece>;
  /** What it may take. */
  readonly budget: number;
}

/**
 * C6: older entries of a lane's own document that a prompt is about and that are not sent any more, in their order.
 * By the words of the prompt and of that document alone, so that nothing on a shelf moves what is found (R3, R9).
 */
export function recalled(
  recalling: Recalling,
  prompt: string,
  hand: Hand,
  words = new RoomWords(),
): readonly Sent<Piece>[] {
  if (!recalling.items.some((item) => item.shelf === undefined && isGone(item, recalling))) return [];
  const lane = words.of(recalling.lane).read(recalling.items);
  const best = ranked(wordsOf(prompt), lane, (at) => isGone(lane.items[at], recalling));
  if (best.length === 0) return [];
  const tried = best.slice(0, MOST_TRIED).flatMap((at) => lane.items[at] ?? []);
  return laidOut(fitting(tried, recalling, hand), recalling, hand);
}

function isGone(item: ContextItem | undefined, { isThere }: Recalling): boolean {
  return item !== undefined && isSent(item) && !isThere(item);
}

/** The same entries again, as far as they are still there: what a turn was started with is all that it is made from (R4). */
export function recalledAgain(recalling: Recalling, cites: readonly string[], hand: Hand): readonly Sent<Piece>[] {
  const known = recalling.items.filter((item) => isSent(item) && cites.includes(citeOf(item, recalling)));
  return laidOut(inOrder(known), recalling, hand);
}

/** The best that fit. What says nothing that is not sent anyway takes nobody's place. */
function fitting(best: readonly ContextItem[], recalling: Recalling, hand: Hand): readonly ContextItem[] {
  const said = recalling.said();
  let left = recalling.budget;
  const fit: ContextItem[] = [];
  for (const item of best) {
    const piece = pieceOf(item, recalling, hand);
    if (fit.length === MOST_RECALLED) break;
    if (piece.tokens > left || saysNothing(folded(piece, said))) continue;
    left -= piece.tokens;
    fit.push(item);
  }
  return inOrder(fit);
}

function laidOut(items: readonly ContextItem[], recalling: Recalling, hand: Hand): readonly Sent<Piece>[] {
  const said = recalling.said();
  return items.map((item) => folded(pieceOf(item, recalling, hand), said));
}

function saysNothing({ lines, repeats }: Sent<Piece>): boolean {
  return lines !== null && repeats.reduce((sum, { from, to }) => sum + to - from, 0) === lines.length;
}

function pieceOf(item: ContextItem, recalling: Recalling, hand: Hand): Piece {
  return wrappedPiece({ ...item, after: undefined }, citeOf(item, recalling), hand);
}

function citeOf(item: ContextItem, { lane }: Recalling): string {
  const number = numberOf(item);
  return lane === 'room' ? number : privateNumber(number);
}
