import { fault, FaultError } from '@parley/shared/fault';
import { roomKey, type RoomRef } from '../core/tenant.ts';
import type { Bus } from '../ports/bus.ts';
import type { Metrics } from '../ports/system.ts';
import { RoomLink } from './room-link.ts';

/** Sees to it that a room runs somewhere. */
export interface RoomDoor {
  ensure(ref: RoomRef, make: boolean): Promise<Place>;
}

export type Place =
  | { readonly kind: 'here' | 'absent' | 'unavailable' }
  | { readonly kind: 'elsewhere'; readonly node: string };

export interface RoomLinksDeps {
  readonly bus: Bus;
  readonly rooms: RoomDoor;
  readonly metrics: Metrics;
}

/** The links of this node: one for each room that somebody here uses. */
export class RoomLinks {
  readonly #deps: RoomLinksDeps;
  readonly #links = new Map<string, RoomLink>();

  constructor(deps: RoomLinksDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves when the room has an owner. Throws the fault `unavailable` when it cannot get one now, and
   * `not_found` when there is no such room, unless the caller is about to `make` it.
   */
  async ensure(ref: RoomRef, make = false): Promise<void> {
    const place = await this.#deps.rooms.ensure(ref, make);
    if (place.kind === 'absent') throw new FaultError(fault('not_found'));
    if (place.kind === 'unavailable') throw new FaultError(fault('unavailable'));
  }

  /**
   * The link to a room. Use it in the same tick: a link that nobody uses closes when its last user
   * leaves. Call {@link ensure} first: nobody hears what is sent to a room without an owner.
   */
  get(ref: RoomRef): RoomLink {
    const key = roomKey(ref);
    let link = this.#links.get(key);
    if (link === undefined) {
      link = new RoomLink({
        bus: this.#deps.bus,
        metrics: this.#deps.metrics,
        ref,
        unused: () => this.#links.delete(key),
      });
      this.#links.set(key, link);
    }
    return link;
  }

  get size(): number {
    return this.#links.size;
  }
}
