import { handOf, type Hand } from '../core/context/hand.ts';
import type { PresentRoom } from '../core/room-state.ts';
import type { Digest } from '../ports/system.ts';

/** A room's hand, made when somebody asks first: it is the same for every turn, until the room is founded anew. */
export class RoomHand {
  readonly #room: () => PresentRoom;
  readonly #digest: Digest;
  #made: { readonly salt: string; readonly hand: Hand } | null = null;

  constructor(room: () => PresentRoom, digest: Digest) {
    this.#room = room;
    this.#digest = digest;
  }

  /** Ask only where the room is there. */
  get now(): Hand {
    const { salt } = this.#room();
    if (this.#made?.salt !== salt) this.#made = { salt, hand: handOf(salt, this.#digest) };
    return this.#made.hand;
  }
}
