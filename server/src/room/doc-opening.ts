import { docKeyFor, docKind, type DocName } from '@parley/shared/documents';
import { fault } from '@parley/shared/fault';
import type { LaneKey, UserId } from '@parley/shared/ids';
import { can } from '@parley/shared/roles';
import { standingOf } from '../core/room-state.ts';
import type { EdgeMessage } from '../ports/bus.ts';
import type { Chronicle } from './chronicle.ts';
import { docPeer } from './documents/doc-peer.ts';
import type { Documents } from './documents/documents.ts';
import type { Peers } from './peers.ts';
import type { ShelfAccess } from './shelf-access.ts';

export interface DocOpening {
  readonly chronicle: Chronicle;
  readonly documents: Documents;
  readonly peers: Peers;
  readonly shelves: ShelfAccess;
  /** Has a lane's documents in memory. */
  readonly load: (lane: LaneKey) => Promise<unknown>;
  /** Hears of somebody who reads a lane from now on. */
  readonly joined: (lane: LaneKey) => void;
}

type Open = Extract<EdgeMessage, { type: 'open' }>;

/** Lets a socket read a document, if there is such a one for its person. */
export async function openDocument(parts: DocOpening, { peer, doc }: Open): Promise<void> {
  const { chronicle, documents, peers, shelves, load, joined } = parts;
  const principal = peers.get(peer);
  if (!principal) return;
  const { room } = chronicle;
  const lane = await laneShownBy(shelves, doc, principal.user);
  if (lane !== null && lane !== 'nothing') await load(lane);
  const standing = standingOf(room, principal);
  if (lane === 'nothing' || !can(standing, 'room.read', room.policy.levels)) {
    return chronicle.say({ type: 'refused', peer, doc, fault: fault('not_found') });
  }
  await documents.open(docPeer(peer, principal, standing, room), doc);
  if (lane !== null) joined(lane);
}

/** Null: people write it themselves. `nothing`: there is no such document, or none for this person (W3). */
async function laneShownBy(shelves: ShelfAccess, doc: DocName, user: UserId): Promise<LaneKey | null | 'nothing'> {
  const kind = docKind(docKeyFor(doc, user));
  if (kind.kind === 'workspace') return null;
  if (kind.kind === 'lane') return kind.lane;
  await shelves.freshen();
  return shelves.byName(kind.name, user)?.lane ?? 'nothing';
}
