import type { ContextItem } from './context-pieces.ts';

/** How many budgets of words are read at most: what repeats make room for beyond that is not worth reading all of it. */
const BUDGETS = 8;
const LOW_WATER = 0.6;

/**
 * Where reading begins in a lane's own items, so that a build after a restart reads a few budgets of words and not
 * all that was ever said. By stored counts alone, in coarse steps and behind an answer, as the window moves.
 */
export function eraStart(items: readonly ContextItem[], budget: number): number {
  const limit = budget * BUDGETS;
  let start = 0;
  let sum = 0;
  for (let end = 0; end < items.length; end++) {
    sum += items[end]?.tokens ?? 0;
    if (sum <= limit) continue;
    while (start < end && (sum > limit * LOW_WATER || items[start - 1]?.entry.kind !== 'answer')) {
      sum -= items[start]?.tokens ?? 0;
      start++;
    }
  }
  return start;
}
