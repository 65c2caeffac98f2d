import type { Entry } from '@parley/shared/entry';
import type { ResourceId } from '@parley/shared/label';
import { shelfKey } from '../labels/label.ts';
import type { LaneState } from './lane.ts';

export type Place = Pick<Entry, 'seq' | 'resources' | 'after'>;

/**
 * R4: where the next entry of a lane stands: in the lane's own document, or, when it was made from resources, in
 * the one for just these, behind the last entry of the lane's own.
 */
export function nextPlace(lane: LaneState, resources: readonly ResourceId[]): Place {
  if (resources.length === 0) return { seq: lane.lastEntrySeq + 1 };
  const seq = (lane.shelves.get(shelfKey(resources)) ?? 0) + 1;
  return { seq, resources: [...resources], after: lane.lastEntrySeq };
}
