import { windowStart, type Sized } from './context-window.ts';

export interface Sighted extends Sized {
  /** Stands on a shelf: not everybody who reads the lane may read it. */
  readonly shelved: boolean;
}

/** What of a history is sent when not all of it fits. */
export interface Sight {
  /** The first item that has any say in what is sent: what it was made from is behind the answer too (R4). */
  readonly from: number;
  /** The first item that is sent. */
  readonly start: number;
  /** How many are told to be left out. */
  readonly leftOut: number;
}

/**
 * How far back a history is sent. The lane's own items alone decide what is in sight, so that an item on a
 * shelf, once out of sight, shapes nothing: neither what is sent nor how much is said to be left out. In sight
 * it counts, and may push older items out.
 */
export function sight(items: readonly Sighted[], budget: number): Sight {
  const own = items.filter(({ shelved }) => !shelved);
  const ownStart = windowStart(own, budget);
  if (own.length === items.length) return { from: ownStart, start: ownStart, leftOut: ownStart };
  const first = own[ownStart];
  const from = first === undefined ? items.length : items.indexOf(first);
  const pushed = windowStart(items.slice(from), budget);
  return { from, start: from + pushed, leftOut: ownStart + pushed };
}
