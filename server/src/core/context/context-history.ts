import type { LaneKey } from '@parley/shared/ids';
import { Era } from './context-era.ts';
import { Past, type Pasts } from './context-past.ts';
import type { ContextItem, Piece, Writes } from './context-pieces.ts';
import type { Hand } from './hand.ts';
import { sight, type Sight } from './context-sight.ts';
import { inOrder, placeOf, sealed } from './sealed-order.ts';

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
  const { lane, items, budget, writes, pasts } = history;
  const make = (): Past => new Past(budget, writes, hand);
  const past = pasts?.of(`${budget} ${lane}`, items, make) ?? make();
  return past.sight(items, newest) ?? make().sight(inOrder(items), newest) ?? withShelves(history, newest, hand);
}

function withShelves({ items, budget, writes }: History, newest: Piece | null, hand: Hand): Sight<Piece> {
  const all = inOrder(items);
  const own = all.filter(({ shelf }) => shelf === undefined);
  const era = new Era(budget);
  era.take(own);
  const pieces = sealed(since(all, own[era.start])).flatMap((placed) => writes(placed, hand));
  const seen = sight(pieces, newest, budget);
  return { ...seen, leftOut: seen.leftOut + era.earlier };
}

/** What stands at or behind the first item that is read, shelves included. */
function since(all: readonly ContextItem[], first: ContextItem | undefined): readonly ContextItem[] {
  if (first === undefined || first === all.find(({ shelf }) => shelf === undefined)) return all;
  return all.filter((item) => placeOf(item) >= placeOf(first));
}
