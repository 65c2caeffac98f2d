import type { RoomId } from '@parley/shared/ids';
import type { Principal } from '../core/people/principal.ts';
import type { Edge } from './edge.ts';

/**
 * Whether somebody is shown what others did and used: an admin in the tenant, and in one room whoever may export
 * it; everybody else is shown their own. Throws `not_found` for a room that is not theirs to know of.
 */
export async function seesOthers(
  edge: Pick<Edge, 'requests'>,
  principal: Principal,
  room: RoomId | undefined,
): Promise<boolean> {
  if (principal.role === 'admin') return true;
  if (room === undefined) return false;
  const { capabilities } = await edge.requests.ask(principal, room, { type: 'room.get' });
  return capabilities.includes('room.export');
}
