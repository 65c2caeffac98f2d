import type { EdgeMessage } from '../ports/bus.ts';
import type { Chronicle } from './chronicle.ts';
import type { Peers } from './peers.ts';
import type { ShelfAccess } from './shelf-access.ts';
import { backlog } from './turns/event-backlog.ts';

export interface TurnFollowing {
  readonly chronicle: Chronicle;
  readonly peers: Peers;
  readonly shelves: ShelfAccess;
}

/** Backlog first, then what happens: the reader's place tells where one ends and the other begins (T43). */
export async function followTurns(
  { chronicle, peers, shelves }: TurnFollowing,
  { peer, turn, after }: Extract<EdgeMessage, { type: 'watch' }>,
): Promise<void> {
  const principal = peers.get(peer);
  if (!principal) return;
  await shelves.freshen();
  const reader = { user: principal.user, turn };
  const { events, cursor } = backlog(chronicle.eventSource(), reader, after);
  chronicle.watchers.set(peer, { ...reader, cursor });
  chronicle.say(...events.map((event) => ({ type: 'event' as const, peer, event })));
}
