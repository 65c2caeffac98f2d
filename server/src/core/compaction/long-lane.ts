import type { ContextItem } from '../context/context-pieces.ts';
import { isSent } from '../context/sealed-order.ts';
import { PREPARE_SHARE } from './digest-plan.ts';
import type { Generation } from './generation.ts';
import { keptTokens } from './head.ts';

/**
 * Whether a lane's conversation may have come to where a digest is to be prepared (C13), by the sizes of its entries
 * alone, of which it looks at no more than that takes. `items` are the lane's own, in their order; `budget` is what its
 * conversation may use. What a turn would be sent says it for certain.
 */
export function isLong(items: readonly ContextItem[], current: Generation | null, budget: number): boolean {
  let left = budget * PREPARE_SHARE - (current?.tokens ?? 0);
  for (let at = items.length - 1; at >= 0 && left > 0; at--) {
    const item = items[at];
    if (item === undefined || item.entry.seq <= (current?.to ?? 0)) break;
    if (isSent(item)) left -= keptTokens(item);
  }
  return left <= 0;
}
