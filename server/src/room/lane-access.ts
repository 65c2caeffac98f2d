import { laneOwner, type LaneKey, type UserId } from '@parley/shared/ids';
import { can } from '@parley/shared/roles';
import type { Principal } from '../core/people/principal.ts';
import { standingOf, standingOfAbsent, type PresentRoom } from '../core/room-state.ts';

/** Who may read a lane now: the room's is for those who may read the room, a private one for its owner among them. */
export function mayReadLane(room: PresentRoom, reader: Pick<Principal, 'user' | 'role'>, lane: LaneKey): boolean {
  if (!can(standingOf(room, reader), 'room.read', room.policy.levels)) return false;
  const owner = laneOwner(lane);
  return owner === null || owner === reader.user;
}

/** R3: everybody who reads what is answered in a lane: of the room, all who may read it now; of a private lane, its owner. */
export function audienceOf(room: PresentRoom, lane: LaneKey): UserId[] {
  const owner = laneOwner(lane);
  if (owner !== null) return [owner];
  const { levels } = room.policy;
  return [...room.members.keys()].filter((user) => can(standingOfAbsent(room, user), 'room.read', levels));
}
