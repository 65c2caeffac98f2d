import { fault } from '@parley/shared/fault';
import type { RoomRef } from '../../../core/tenant.ts';
import type { EdgeEnd, EdgeMessage, OwnerEnd, OwnerMessage } from '../../../ports/bus.ts';
import { MOST_HELD, RENEWED_TICKS, type BusParts } from './bus-parts.ts';
import { pack } from './letters.ts';
import type { Incarnation } from './redis-keys.ts';

const CLOSING: OwnerMessage = { type: 'closing', fault: fault('unavailable') };

/**
 * A room that has people on this node. While it runs elsewhere, this stands in for its owner on the bus of this process.
 * Whenever what people sent may not have reached the one who decides, they are told `closing`: they come back and say it again.
 */
export class JoinedRoom {
  readonly #deps: BusParts;
  readonly #ref: RoomRef;
  readonly #key: string;
  readonly #unused: () => void;
  #ends = 0;
  /** Null while the room runs on this node. */
  #relay: OwnerEnd | null = null;
  #owner: Incarnation | null = null;
  /** Something was sent to that owner, who knows its senders by it. */
  #spoken = false;
  /** What was sent since it was asked who runs the room; null when nothing is asked. */
  #held: EdgeMessage[] | null = null;
  #ticks = 0;

  constructor(deps: BusParts, { ref, key }: { readonly ref: RoomRef; readonly key: string }, unused: () => void) {
    this.#deps = deps;
    this.#ref = ref;
    this.#key = key;
    this.#unused = unused;
  }

  join(receive: (down: OwnerMessage) => void): EdgeEnd {
    const end = this.#deps.local.join(this.#ref, receive);
    let open = true;
    this.#ends += 1;
    return {
      send: (message) => end.send(message),
      close: () => {
        end.close();
        if (open) this.#ends -= 1;
        open = false;
        // What was sent before is delivered first.
        if (this.#ends === 0) queueMicrotask(() => this.#closeIfUnused());
      },
    };
  }

  /** Nobody runs the room on this node: it is looked for elsewhere, whenever there is something to say. */
  standIn(): void {
    this.#relay = this.#deps.local.own(this.#ref, (message) => this.#send(message));
  }

  /** The room runs on this node from now on. */
  standBack(): void {
    if (this.#spoken || (this.#held?.length ?? 0) > 0) this.#refuse();
    if (this.#owner !== null) this.#deps.post.send(this.#owner, { kind: 'leave', room: this.#key });
    this.#relay = null;
    this.#owner = null;
    this.#held = null;
  }

  /** Says that there are people here and finds out who runs the room. */
  ask(): void {
    const me = this.#deps.me();
    if (me === null || this.#held !== null) return;
    const held: EdgeMessage[] = [];
    this.#held = held;
    this.#deps.directory.join(this.#ref, me).then(
      (owner) => {
        if (this.#held === held) this.#answered(owner === me ? null : owner, held);
      },
      (error: unknown) => this.#deps.failed(error),
    );
  }

  heard(from: Incarnation, message: OwnerMessage): void {
    if (from === this.#owner) this.#relay?.publish(message);
  }

  /**
   * A node says that it runs the room now. While this one does, it is for the lease to say who is right; while it is being
   * asked, the answer says as much, and whoever then has something to say asks again.
   */
  owned(by: Incarnation): void {
    if (this.#relay === null || this.#held !== null) return;
    if (this.#owner === by) return;
    if (this.#spoken) this.#refuse();
    if (this.#owner !== null) this.#deps.post.send(this.#owner, { kind: 'leave', room: this.#key });
    this.#owner = by;
  }

  disowned(by: Incarnation): void {
    if (this.#owner === by) this.forsake();
  }

  /** Nothing that was sent so far can be counted on. */
  forsake(): void {
    if (this.#spoken || (this.#held?.length ?? 0) > 0) this.#refuse();
    this.#owner = null;
    this.#held = null;
  }

  /** Once a second: says again in time what must not expire in Redis. */
  tick(me: Incarnation): void {
    this.#ticks += 1;
    if (this.#ticks % RENEWED_TICKS === 0)
      this.#deps.directory.join(this.#ref, me).catch((error: unknown) => this.#deps.failed(error));
  }

  /** This node goes. */
  leave(): void {
    if (this.#owner !== null) this.#deps.post.send(this.#owner, { kind: 'leave', room: this.#key });
    const me = this.#deps.me();
    if (me !== null) this.#deps.directory.leave(this.#ref, me).catch((error: unknown) => this.#deps.failed(error));
  }

  #send(message: EdgeMessage): void {
    if (this.#held === null && this.#owner === null) this.ask();
    if (this.#held !== null) this.#hold(message, this.#held);
    else if (this.#owner !== null) this.#forward(message, this.#owner);
    else this.#refuse();
  }

  #hold(message: EdgeMessage, held: EdgeMessage[]): void {
    if (held.push(message) > MOST_HELD) this.#deps.failed(new Error('too much waits for an answer'));
  }

  #answered(owner: Incarnation | null, held: readonly EdgeMessage[]): void {
    this.#held = null;
    if (owner === null || this.#relay === null) {
      if (held.length > 0) this.#refuse();
      return;
    }
    this.#owner = owner;
    this.#deps.post.send(owner, { kind: 'join', room: this.#key });
    for (const message of held) this.#forward(message, owner);
  }

  #forward(message: EdgeMessage, owner: Incarnation): void {
    this.#spoken = true;
    this.#deps.post.send(owner, { kind: 'up', room: this.#key, packed: pack(message) });
  }

  #refuse(): void {
    this.#spoken = false;
    this.#relay?.publish(CLOSING);
  }

  #closeIfUnused(): void {
    if (this.#ends > 0) return;
    this.leave();
    this.#relay?.close();
    this.#unused();
  }
}
