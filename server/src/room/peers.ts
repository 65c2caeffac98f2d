import type { UserId } from '@parley/shared/ids';
import type { Principal } from '../core/people/principal.ts';
import type { PeerId } from '../ports/bus.ts';

/** The sockets that are in a room now, by peer and by person (T45: four devices are one person). */
export class Peers {
  readonly #peers = new Map<PeerId, Principal>();

  add(peer: PeerId, principal: Principal): void {
    this.#peers.set(peer, principal);
  }

  remove(peer: PeerId): void {
    this.#peers.delete(peer);
  }

  get(peer: PeerId): Principal | undefined {
    return this.#peers.get(peer);
  }

  of(user: UserId): PeerId[] {
    return [...this.#peers].filter(([, principal]) => principal.user === user).map(([peer]) => peer);
  }

  all(): [PeerId, Principal][] {
    return [...this.#peers];
  }

  /** One principal for each connected person: the newest. */
  people(): Map<UserId, Principal> {
    return new Map([...this.#peers.values()].map((principal) => [principal.user, principal]));
  }

  get size(): number {
    return this.#peers.size;
  }
}
