import { LABEL_LENGTH, shelfName, type ShelfName } from '@parley/shared/documents';
import type { LaneKey } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { shelfKey } from './label.ts';

/**
 * The document for entries of a lane that were made from these resources. Its name is a keyed hash, so that
 * knowing a resource tells nobody whether a room ever used it (R9).
 */
export function shelfOf(
  lane: LaneKey,
  resources: readonly ResourceId[],
  key: { readonly roomSalt: string; readonly digest: (text: string) => string },
): ShelfName {
  return shelfName(key.digest(`shelf\n${key.roomSalt}\n${lane}\n${shelfKey(resources)}`).slice(0, LABEL_LENGTH));
}
