import type { RoomId } from '@parley/shared/ids';
import type { Principal } from '../core/people/principal.ts';
import type { Clock, Ids } from '../ports/system.ts';
import { TICKET_MS } from './limits.ts';

/** A person whose token was verified, and when that token ends (milliseconds since the epoch). */
export interface Credential {
  readonly principal: Principal;
  readonly expiresAt: number;
}

interface Ticket extends Credential {
  readonly room: RoomId;
  readonly endsAt: number;
}

/**
 * Single-use stand-ins for a token where only a query can be given. A ticket is for one room, lives
 * {@link TICKET_MS}, and the socket it opens still ends with the token it stands for.
 */
export class Tickets {
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #tickets = new Map<string, Ticket>();

  constructor(clock: Clock, ids: Ids) {
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Tickets in memory. */
  get size(): number {
    return this.#tickets.size;
  }

  issue(credential: Credential, room: RoomId): string {
    this.#forgetOld();
    const secret = this.#ids.secret(24);
    this.#tickets.set(secret, { ...credential, room, endsAt: this.#clock.now() + TICKET_MS });
    return secret;
  }

  /** Whom the ticket stands for; null when it is unknown, used, late, or for another room. It is gone in any case. */
  redeem(secret: string, room: string): Credential | null {
    const ticket = this.#tickets.get(secret);
    this.#tickets.delete(secret);
    if (ticket === undefined || ticket.endsAt <= this.#clock.now() || ticket.room !== room) return null;
    return { principal: ticket.principal, expiresAt: ticket.expiresAt };
  }

  #forgetOld(): void {
    for (const [secret, ticket] of this.#tickets) {
      if (ticket.endsAt > this.#clock.now()) return;
      this.#tickets.delete(secret);
    }
  }
}
