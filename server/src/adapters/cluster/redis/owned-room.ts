import type { RoomRef } from '../../../core/tenant.ts';
import type { EdgeEnd, EdgeMessage, OwnerEnd, OwnerMessage, PeerId } from '../../../ports/bus.ts';
import { MOST_HELD, RENEWED_TICKS, type BusParts } from './bus-parts.ts';
import { pack } from './letters.ts';
import type { Incarnation } from './redis-keys.ts';

/**
 * A room that runs on this node. While other nodes have people of it, this stands in for their edges on the bus of this
 * process; while none has, nothing of it is packed or sent.
 */
export class OwnedRoom {
  readonly #deps: BusParts;
  readonly #ref: RoomRef;
  readonly #key: string;
  readonly #closed: { now(): void; later(): void };
  #end: OwnerEnd | null = null;
  #relay: EdgeEnd | null = null;
  /** The nodes that have people of the room, and who of them attached: they are detached when their node is lost. */
  readonly #readers = new Map<Incarnation, Set<PeerId>>();
  /** What was published since it was asked who has people of the room; null when nothing is asked. */
  #held: OwnerMessage[] | null = null;
  #ticks = 0;

  /** `closed`: `now` in the call that closes it, `later` when what was published before is sent. */
  constructor(
    deps: BusParts,
    { ref, key }: { readonly ref: RoomRef; readonly key: string },
    closed: { now(): void; later(): void },
  ) {
    this.#deps = deps;
    this.#ref = ref;
    this.#key = key;
    this.#closed = closed;
  }

  /** A second owner on this node replaces the first. */
  own(receive: (up: EdgeMessage) => void): OwnerEnd {
    const end = this.#deps.local.own(this.#ref, receive);
    this.#end = end;
    this.announce();
    return {
      publish: (message) => end.publish(message),
      close: () => {
        end.close();
        if (this.#end !== end) return;
        this.#end = null;
        this.#closed.now();
        queueMicrotask(() => this.#closeIfUnowned());
      },
    };
  }

  /** Says that it runs here, and finds out who wants to know. */
  announce(): void {
    const me = this.#deps.me();
    if (me === null) return;
    const held = this.#held ?? [];
    this.#held = held;
    this.#standIn();
    this.#deps.directory.own(this.#ref, me).then(
      (members) => {
        if (this.#held === held)
          this.#announced(
            members.filter((member) => member !== me),
            held,
          );
      },
      (error: unknown) => this.#deps.failed(error),
    );
  }

  /** False between the last owner and the end of what it said. */
  get isOpen(): boolean {
    return this.#end !== null;
  }

  /** Once a second: says again in time what must not expire in Redis. */
  tick(me: Incarnation): void {
    this.#ticks += 1;
    if (this.#ticks % RENEWED_TICKS === 0)
      this.#deps.directory.keep(this.#ref, me).catch((error: unknown) => this.#deps.failed(error));
  }

  joined(by: Incarnation): void {
    if (!this.#readers.has(by)) this.#readers.set(by, new Set());
    this.#standIn();
  }

  heard(from: Incarnation, message: EdgeMessage): void {
    const peers = this.#readers.get(from);
    if (peers === undefined) return;
    if (message.type === 'attach') peers.add(message.peer);
    if (message.type === 'detach') peers.delete(message.peer);
    this.#relay?.send(message);
  }

  /** That node has nobody here any more. */
  left(by: Incarnation): void {
    for (const peer of this.#readers.get(by) ?? []) this.#relay?.send({ type: 'detach', peer });
    this.#readers.delete(by);
    this.#standBackIfAlone();
  }

  /** That node is not to be spoken to any more, and who runs the room next need not try. */
  lost(by: Incarnation): void {
    if (!this.#readers.has(by)) return;
    this.left(by);
    this.#deps.directory.leave(this.#ref, by).catch((error: unknown) => this.#deps.failed(error));
  }

  /** No node can be reached. */
  cutOff(): void {
    this.#held = null;
    for (const reader of [...this.#readers.keys()]) this.left(reader);
    this.#standBackIfAlone();
  }

  #standIn(): void {
    this.#relay ??= this.#deps.local.join(this.#ref, (message) => this.#publish(message));
  }

  #standBackIfAlone(): void {
    if (this.#readers.size > 0 || this.#held !== null) return;
    this.#relay?.close();
    this.#relay = null;
  }

  #announced(members: readonly Incarnation[], held: readonly OwnerMessage[]): void {
    this.#held = null;
    for (const member of members) {
      this.joined(member);
      this.#deps.post.send(member, { kind: 'own', room: this.#key });
    }
    for (const message of held) this.#publish(message);
    this.#standBackIfAlone();
  }

  #publish(message: OwnerMessage): void {
    if (this.#held !== null) {
      if (this.#held.push(message) > MOST_HELD) this.#deps.failed(new Error('too much waits for an answer'));
      return;
    }
    if (this.#readers.size === 0) return;
    const packed = pack(message);
    for (const reader of this.#readers.keys()) this.#deps.post.send(reader, { kind: 'down', room: this.#key, packed });
  }

  #closeIfUnowned(): void {
    if (this.#end !== null) return;
    this.disown();
    this.#relay?.close();
    this.#closed.later();
  }

  /** This node runs it no more. */
  disown(): void {
    for (const reader of this.#readers.keys()) this.#deps.post.send(reader, { kind: 'disown', room: this.#key });
    const me = this.#deps.me();
    if (me !== null) this.#deps.directory.disown(this.#ref, me).catch((error: unknown) => this.#deps.failed(error));
  }
}
