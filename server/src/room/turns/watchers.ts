import { laneOwner, type LaneKey, type TurnId, type UserId } from '@parley/shared/ids';
import { withoutWords } from './turn-events.ts';
import type { EventCursor, OwnerMessage, PeerId, TurnNews } from '../../ports/bus.ts';

/** Whether a person may read the words of a turn's answer now. */
export type MayReadAnswer = (user: UserId, turn: TurnId) => boolean;

/** Somebody who follows turns, and how far they have come. */
export interface Watcher {
  readonly user: UserId;
  /** null: every turn that the person may see. */
  readonly turn: TurnId | null;
  readonly cursor: EventCursor;
}

/** Who follows turn events of a room, and what each may see of them. */
export class Watchers {
  readonly #watchers = new Map<PeerId, Watcher>();
  readonly #mayReadAnswer: MayReadAnswer;

  constructor(mayReadAnswer: MayReadAnswer) {
    this.#mayReadAnswer = mayReadAnswer;
  }

  set(peer: PeerId, watcher: Watcher): void {
    this.#watchers.set(peer, watcher);
  }

  remove(peer: PeerId): void {
    this.#watchers.delete(peer);
  }

  get size(): number {
    return this.#watchers.size;
  }

  /** The messages that carry news to those who may see it; `shown` is the length of the answer so far. */
  address(news: TurnNews, shown = 0): OwnerMessage[] {
    const messages: OwnerMessage[] = [];
    for (const [peer, watcher] of this.#watchers) {
      if (!seesLane(watcher.user, news.lane)) continue;
      const told = this.#mayReadAnswer(watcher.user, news.turn) ? news : withoutWords(news);
      if (told === null) continue;
      const moved = { ...watcher, cursor: moveCursor(watcher.cursor, told, shown) };
      this.#watchers.set(peer, moved);
      if (follows(moved, told)) messages.push({ type: 'event', peer, event: { ...told, cursor: moved.cursor } });
    }
    return messages;
  }
}

/** The place of a reader after one more event of a lane that they may see. */
export function moveCursor(cursor: EventCursor, news: TurnNews, shown: number): EventCursor {
  const own = news.lane === 'room' ? 'room' : 'me';
  switch (news.name) {
    case 'delta':
      return { ...cursor, [own]: shown };
    case 'queued':
    case 'tool':
    case 'approval':
    case 'ended':
      // A ticket may end unstarted while another one's answer runs in its lane: its pieces stay counted.
      return { ...cursor, seq: cursor.seq + 1 };
    case 'started':
    case 'superseded':
      return { ...cursor, seq: cursor.seq + 1, [own]: 0 };
  }
}

export function seesLane(user: UserId, lane: LaneKey): boolean {
  const owner = laneOwner(lane);
  return owner === null || owner === user;
}

export function follows(watcher: Pick<Watcher, 'turn'>, news: TurnNews): boolean {
  return watcher.turn === null || watcher.turn === news.turn;
}
