import { windowed, type Sized, type Window } from './context-window.ts';

export interface Sighted extends Sized {
  /** Stands on a shelf: not everybody who reads the lane may read it. */
  readonly shelved: boolean;
}

/** What of a history is sent when not all of it fits. */
export interface Sight<P extends Sized> {
  /** Every item that has any say in what is sent: what it was made from is behind the answer too (R4). */
  readonly behind: readonly P[];
  /** How many are told to be left out. */
  readonly leftOut: number;
  /** What the lane's own items would take, if they were all there is (R9). */
  readonly ownTokens: number;
  readonly window: Window<P>;
}

/**
 * How far back a history is sent. The lane's own items alone decide what is in sight, so that an item on a
 * shelf, once out of sight, shapes nothing: neither what is sent nor how much is said to be left out. In sight
 * it counts, and may push older items out. A clean turn may be sent items of shelves alone.
 */
export function sight<P extends Sighted>(items: readonly P[], newest: P | null, budget: number): Sight<P> {
  const own = items.filter(({ shelved }) => !shelved);
  const { start, tokens } = seen(own, newest, budget);
  const behind = start === 0 ? items : since(items, own[start]);
  const window = seen(behind, newest, budget);
  return { behind, leftOut: start + window.start, ownTokens: tokens, window };
}

function since<P>(items: readonly P[], first: P | undefined): readonly P[] {
  return first === undefined ? [] : items.slice(items.indexOf(first));
}

function seen<P extends Sized>(items: readonly P[], newest: P | null, budget: number): Window<P> {
  const window = windowed(items, budget);
  if (newest !== null) window.addNewest(newest);
  return window;
}
