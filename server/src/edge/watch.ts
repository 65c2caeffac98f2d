import { unreachable } from '@parley/shared/assert';
import type { Fault } from '@parley/shared/fault';
import type { TurnId } from '@parley/shared/ids';
import { can } from '@parley/shared/roles';
import type { Principal } from '../core/people/principal.ts';
import type { EventCursor, PeerId, TurnEvent } from '../ports/bus.ts';
import type { LinkPeer, PeerMessage, RoomLink } from './room-link.ts';

export interface WatchDeps {
  readonly id: PeerId;
  readonly principal: Principal;
  readonly link: RoomLink;
  /** null: every turn that the person may see. */
  readonly turn: TurnId | null;
  /** null: from now on. */
  readonly after: EventCursor | null;
  /** The room accepted the watcher; events follow. */
  readonly started: () => void;
  readonly event: (event: TurnEvent) => void;
  /** The watcher may not, or no longer, be here, or the room moves. Called at most once, and nothing after it. */
  readonly ended: (fault: Fault | null) => void;
}

/** Follows turn events of a room for one request. */
export class Watch implements LinkPeer {
  readonly id: PeerId;
  readonly principal: Principal;
  readonly #deps: WatchDeps;
  #open = true;

  constructor(deps: WatchDeps) {
    this.id = deps.id;
    this.principal = deps.principal;
    this.#deps = deps;
    deps.link.attach(this);
  }

  receive(message: PeerMessage): void {
    if (!this.#open) return;
    switch (message.type) {
      case 'attached':
        this.#deps.link.send({ type: 'watch', peer: this.id, turn: this.#deps.turn, after: this.#deps.after });
        return this.#deps.started();
      case 'event':
        return this.#deps.event(message.event);
      case 'detached':
      case 'closing':
        return this.#end(message.fault);
      case 'standing':
        // Removal and downgrade arrive as `detached` too; nothing may be told in between.
        if (!can(message.standing, 'room.read', message.levels)) this.#end(null);
        return;
      case 'opened':
      case 'refused':
      case 'sync':
      case 'saved':
      case 'reply':
      case 'documents':
        // For sockets: a watcher opens no documents and sends no commands.
        return;
      default:
        unreachable(message);
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#deps.link.detach(this);
  }

  #end(why: Fault | null): void {
    this.close();
    this.#deps.ended(why);
  }
}
