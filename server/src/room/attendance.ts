import { fault, type Fault } from '@parley/shared/fault';
import { can, type Standing } from '@parley/shared/roles';
import { joinByTenant, refreshMember } from '../core/people/membership.ts';
import type { Principal } from '../core/people/principal.ts';
import { standingOf } from '../core/room-state.ts';
import type { PeerId } from '../ports/bus.ts';
import type { Clock } from '../ports/system.ts';
import type { Chronicle } from './chronicle.ts';
import { docPeer } from './documents/doc-peer.ts';
import type { Documents } from './documents/documents.ts';
import { lossOf } from './loss.ts';
import type { Peers } from './peers.ts';
import type { ShelfAccess } from './shelf-access.ts';

export interface AttendanceDeps {
  readonly chronicle: Chronicle;
  readonly documents: Documents;
  readonly peers: Peers;
  readonly shelves: ShelfAccess;
  readonly clock: Clock;
}

/** Lets sockets in, tells them what their person may do here, and sends them away. */
export class Attendance {
  readonly #deps: AttendanceDeps;

  constructor(deps: AttendanceDeps) {
    this.#deps = deps;
  }

  async attach(peer: PeerId, principal: Principal): Promise<void> {
    const { chronicle, peers, shelves } = this.#deps;
    const standing = this.admit(principal);
    if (standing === null || !can(standing, 'room.read', chronicle.room.policy.levels)) {
      const why = standing?.role == null ? fault('not_found') : lossOf(standing);
      return chronicle.say({ type: 'detached', peer, fault: why });
    }
    peers.add(peer, principal);
    chronicle.say({ type: 'attached', peer, standing, levels: chronicle.room.policy.levels });
    await shelves.freshen();
    shelves.arrived(peer);
  }

  detach(peer: PeerId): void {
    const { chronicle, documents, peers, shelves } = this.#deps;
    peers.remove(peer);
    shelves.left(peer);
    chronicle.watchers.remove(peer);
    documents.leave(peer);
  }

  /** Where a person stands, after the room took note of who they are; null when there is no room. */
  admit(principal: Principal): Standing | null {
    const { chronicle, clock } = this.#deps;
    const { state } = chronicle;
    if (state.kind !== 'present') return null;
    const now = clock.now();
    const news = joinByTenant(state, principal, now) ?? refreshMember(state, principal, now);
    if (news) chronicle.write([news]);
    return standingOf(chronicle.room, principal);
  }

  /** New rights reach every socket of a person before the next message does; without any, the sockets go. */
  tellRights(principal: Principal, by: string): void {
    const { chronicle, documents, peers } = this.#deps;
    const { room } = chronicle;
    const standing = standingOf(room, principal);
    chronicle.say({ type: 'standing', user: principal.user, standing, levels: room.policy.levels });
    for (const peer of peers.of(principal.user)) {
      if (can(standing, 'room.read', room.policy.levels)) documents.setRights(docPeer(peer, principal, standing, room));
      else this.drop(peer, lossOf(standing), by);
    }
  }

  drop(peer: PeerId, why: Fault, by: string): void {
    const { chronicle, clock } = this.#deps;
    chronicle.say({ type: 'detached', peer, fault: why, by, at: clock.now() });
    this.detach(peer);
  }
}
