import { can, type Standing } from '@parley/shared/roles';
import { personColor } from '@parley/shared/person-color';
import type { Principal } from '../../core/people/principal.ts';
import type { PresentRoom } from '../../core/room-state.ts';
import type { PeerId } from '../../ports/bus.ts';
import type { DocPeer } from './doc-session.ts';

/** What documents may let a socket do, by its person's standing now. */
export function docPeer(peer: PeerId, principal: Principal, standing: Standing, room: PresentRoom): DocPeer {
  const { levels } = room.policy;
  return {
    peer,
    user: { id: principal.user, name: principal.name, color: personColor(principal.user) },
    mayEdit: can(standing, 'workspace.edit', levels),
    mayPresence: can(standing, 'presence', levels),
  };
}
