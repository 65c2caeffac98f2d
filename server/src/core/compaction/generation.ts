import type { EntryId } from '@parley/shared/ids';
import type { Influence } from '../labels/influence.ts';
import type { ContextItem } from '../context/context-pieces.ts';
import { placeOf } from '../context/sealed-order.ts';

/** What stands for the older part of a lane's conversation (C4). A cache: what it covers is never gone. */
export interface Generation {
  /** Counts those of its lane, from 1. */
  readonly number: number;
  readonly at: number;
  /** Sequence of the record by which it came into force; 0 while it waits. */
  readonly since: number;
  /** Entries of the lane's own document that it covers, both included. */
  readonly from: number;
  readonly to: number;
  /** Where the one before it ended: what stood on shelves since then is still sent, one by one (R7). */
  readonly shelvesFrom: number;
  readonly text: string;
  readonly tokens: number;
  /** C14: what is sent word for word beside it. */
  readonly kept: readonly EntryId[];
  /** R6: whose words could have shaped it. */
  readonly influence: Influence;
}

/** Of a lane's items those that a generation does not stand for. */
export function behind(items: readonly ContextItem[], generation: Generation | null): readonly ContextItem[] {
  if (generation === null) return items;
  const { to, shelvesFrom } = generation;
  return items.filter((item) => placeOf(item) > (item.shelf === undefined ? to : shelvesFrom));
}
