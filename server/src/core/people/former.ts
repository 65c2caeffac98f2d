import { LEVEL, type Grants, type RoomRole } from '@parley/shared/roles';
import { bothAllow } from './grants.ts';

/** What a place in a room is made of. */
export interface Place {
  readonly role: RoomRole;
  readonly grants: Grants;
}

/** Somebody who was a member and is not: going away and coming back must not be a way to rise (A57). */
export interface Former {
  /** What they had when they left by themselves; null: somebody else removed them. */
  readonly left: Place | null;
  /** How many invitations the room had made until then. */
  readonly invites: number;
}

/** What they have when they come back by a way that was open already when they went; null: it is closed to them. */
export function placeOfFormer(former: Former | undefined, offered: Place): Place | null {
  if (former === undefined) return offered;
  if (former.left === null) return null;
  const { role, grants } = former.left;
  return { role: lowerOf(role, offered.role), grants: bothAllow(grants, offered.grants) };
}

function lowerOf(a: RoomRole, b: RoomRole): RoomRole {
  return LEVEL[a] <= LEVEL[b] ? a : b;
}
