/** What is left of the budget when old entries have been dropped: coarse steps keep the prefix stable between them. */
const LOW_WATER = 0.6;

export interface Sized {
  readonly tokens: number;
  /** True for an answer: cutting behind it is a turn boundary. */
  readonly endsTurn: boolean;
}

/**
 * Where a history starts when not all of it fits: the index of the first item still sent.
 *
 * It is a fold over the items in their order, so it depends on nothing but them and the budget: each item
 * is added, and when the sum exceeds the budget the oldest turns go until 60 % is used. What was dropped at
 * one turn is therefore dropped at every later one, and between two drops the start does not move. Single
 * entries go only where no whole turn is left before the newest item.
 */
export function windowStart(items: readonly Sized[], budget: number): number {
  const target = budget * LOW_WATER;
  let start = 0;
  let sum = 0;
  /** The oldest answer at or after `start`, or the newest item; it only moves forward, so the fold is linear. */
  let turnEnd = 0;
  for (let end = 0; end < items.length; end++) {
    sum += items[end]?.tokens ?? 0;
    if (sum <= budget) continue;
    while (start <= end && sum > target) {
      turnEnd = Math.max(turnEnd, start);
      while (turnEnd < end && !items[turnEnd]?.endsTurn) turnEnd++;
      const next = turnEnd < end ? turnEnd + 1 : start + 1;
      for (; start < next; start++) sum -= items[start]?.tokens ?? 0;
    }
  }
  return start;
}
