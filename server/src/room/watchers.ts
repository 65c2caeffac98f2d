import { laneOwner, type TurnId, type UserId } from '@parley/shared/ids';
import type { OwnerMessage, PeerId, TurnEvent } from '../ports/bus.ts';

interface Watcher {
  readonly user: UserId;
  /** null: every turn that the person may see. */
  readonly turn: TurnId | null;
}

/** Who follows turn events of a room, and what each may see of them. */
export class Watchers {
  readonly #watchers = new Map<PeerId, Watcher>();

  add(peer: PeerId, watcher: Watcher): void {
    this.#watchers.set(peer, watcher);
  }

  remove(peer: PeerId): void {
    this.#watchers.delete(peer);
  }

  removeUser(user: UserId): PeerId[] {
    const gone = [...this.#watchers].filter(([, watcher]) => watcher.user === user).map(([peer]) => peer);
    for (const peer of gone) this.#watchers.delete(peer);
    return gone;
  }

  get size(): number {
    return this.#watchers.size;
  }

  /** The messages that carry an event to those who may see it. */
  address(event: TurnEvent): OwnerMessage[] {
    const messages: OwnerMessage[] = [];
    for (const [peer, watcher] of this.#watchers) {
      if (sees(watcher, event)) messages.push({ type: 'event', peer, event });
    }
    return messages;
  }
}

function sees(watcher: Watcher, event: TurnEvent): boolean {
  const owner = laneOwner(event.lane);
  return (owner === null || owner === watcher.user) && (watcher.turn === null || watcher.turn === event.turn);
}
