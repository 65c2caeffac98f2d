import { laneOwner, type LaneKey } from '@parley/shared/ids';
import { can } from '@parley/shared/roles';
import type { Principal } from '../core/principal.ts';
import { standingOf, type PresentRoom } from '../core/room-state.ts';

/** Who may read a lane now: the room's is for those who may read the room, a private one for its owner among them. */
export function mayReadLane(room: PresentRoom, reader: Pick<Principal, 'user' | 'role'>, lane: LaneKey): boolean {
  if (!can(standingOf(room, reader), 'room.read', room.policy.levels)) return false;
  const owner = laneOwner(lane);
  return owner === null || owner === reader.user;
}
