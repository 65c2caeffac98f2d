import type { LaneKey } from '@parley/shared/ids';
import { eraStart } from './context-era.ts';
import { Past, type Pasts } from './context-past.ts';
import type { ContextItem, Hand, Piece, Writes } from './context-pieces.ts';
import { sight, type Sight } from './context-sight.ts';
import { inOrder, isSent, placeOf, sealed } from './sealed-order.ts';

/** A lane's history, and what of the budget is for it. */
export interface History {
  readonly lane: LaneKey;
  readonly items: readonly ContextItem[];
  readonly writes: Writes;
  readonly budget: number;
  /** What builds before this one folded; null where these are not all of the lane. */
  readonly pasts: Pasts | null;
}

/** What of a history is sent before `newest`; one without shelves goes on from where the last build was. */
export function inSight(history: History, newest: Piece | null, hand: Hand): Sight<Piece> {
  const all = inOrder(history.items);
  const own = all.filter(({ shelf }) => shelf === undefined);
  const from = eraStart(own, history.budget);
  const earlier = own.slice(0, from).filter(isSent).length;
  const era = own.slice(from);
  const seen =
    own.length === all.length ? ofLane(history, era, newest, hand) : ofAll(history, since(all, era), newest, hand);
  return { ...seen, leftOut: seen.leftOut + earlier };
}

function ofLane(
  { lane, budget, writes, pasts }: History,
  items: readonly ContextItem[],
  newest: Piece | null,
  hand: Hand,
): Sight<Piece> {
  const make = (): Past => new Past(budget, writes, hand);
  const past = pasts?.of(`${budget} ${lane}`, items, make) ?? make();
  const window = past.upTo(items, newest);
  return { window, leftOut: window.start, behind: window.sent.map(({ piece }) => piece) };
}

function ofAll(
  { budget, writes }: History,
  items: readonly ContextItem[],
  newest: Piece | null,
  hand: Hand,
): Sight<Piece> {
  const pieces = sealed(items).flatMap((placed) => writes(placed, hand));
  return sight(pieces, newest, budget);
}

/** What stands at or behind the first of these, shelves included. */
function since(all: readonly ContextItem[], era: readonly ContextItem[]): readonly ContextItem[] {
  const [first] = era;
  return first === undefined || era.length === all.length ? all : all.filter((item) => placeOf(item) >= placeOf(first));
}
