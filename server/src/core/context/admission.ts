import type { ResourceId } from '@parley/shared/label';
import type { ContextItem } from './context-pieces.ts';

/** Items of one lane that were made from the same resources. */
export interface Shelved {
  /** Of the document that they stand in. */
  readonly label: string;
  readonly resources: readonly ResourceId[];
  readonly items: readonly ContextItem[];
}

/** Characters of a label by which an item is cited; the rest would be noise to a model. */
const SHORT_LABEL = 6;

/**
 * R3: the items of a lane that a whole audience may read, before anything is counted or cut; of what it may
 * not read nothing is left, not even a gap. `own` are those of the lane's own document: its atoms are the
 * audience's by what an audience is.
 */
export function admitted(
  own: readonly ContextItem[],
  shelves: readonly Shelved[],
  admits: (resources: readonly ResourceId[]) => boolean,
): readonly ContextItem[] {
  const open = shelves.filter(({ resources }) => admits(resources));
  if (open.length === 0) return own;
  return [
    ...own,
    ...open.flatMap(({ label, items }) => items.map((item) => ({ ...item, shelf: label.slice(0, SHORT_LABEL) }))),
  ];
}
