import { refuse, type Result } from '@parley/shared/fault';
import type { RoomPolicy } from '@parley/shared/policy';
import { CAPABILITIES, DEFAULT_LEVELS, LEVEL, type Levels } from '@parley/shared/roles';
import type { Principal } from './principal.ts';
import type { PresentRoom } from '../room-state.ts';

/**
 * Who may set the policy may not use that to rise, or to keep a higher one out: nobody moves what a capability
 * asks for from, or to, above their own level, or opens a room to people who would be more than they are. Null: fine.
 */
export function refusePolicy(room: PresentRoom, by: Principal, next: RoomPolicy): Result<never> | null {
  const role = room.members.get(by.user)?.role;
  const own = role === undefined ? -1 : LEVEL[role];
  const reaches = highestMove(room.policy.levels, next.levels) <= own;
  const opens = next.join === 'tenant' && room.policy.join !== 'tenant';
  if (reaches && !(opens && own < LEVEL.speaker)) return null;
  return refuse('forbidden', 'You cannot change what is above you.', { capability: 'policy.set' });
}

/** The highest level that a change of levels touches; below all when nothing changes. */
function highestMove(before: Levels, after: Levels): number {
  const moved = CAPABILITIES.map((capability) => {
    const [from, to] = [before, after].map((levels) => levels[capability] ?? DEFAULT_LEVELS[capability]);
    return from === to ? -1 : Math.max(from ?? 0, to ?? 0);
  });
  return Math.max(...moved);
}
