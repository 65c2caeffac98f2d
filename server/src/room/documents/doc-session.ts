import type { DocName } from '@parley/shared/documents';
import type { PeerId } from '../../ports/bus.ts';
import type { Badge } from './presence.ts';

/** One attached socket as documents need to know it. */
export interface DocPeer {
  readonly peer: PeerId;
  readonly user: Badge;
  /** May write workspace documents. */
  readonly mayEdit: boolean;
  /** May be seen by others. */
  readonly mayPresence: boolean;
}

/** What the server waits for from a peer that may write: the answer to a step 1 of its own. */
export type Handshake =
  /** Our step 1 is on its way: updates before the answer may build on what comes with it. */
  { readonly kind: 'asked'; readonly askedAgain: boolean } | { readonly kind: 'complete' };

/** One peer and one document it has open. */
export class DocSession {
  peer: DocPeer;
  readonly name: DocName;
  handshake: Handshake = { kind: 'asked', askedAgain: false };
  /** What the peer had when it opened: the ground on which it can be brought up to date at any time. */
  stateVector: Uint8Array | null = null;
  #durable = 0;
  #owed = 0;

  constructor(peer: DocPeer, name: DocName) {
    this.peer = peer;
    this.name = name;
  }

  /** Another sync frame of the peer is in; the number of frames whose content is. */
  settle(): number {
    this.#durable += 1 + this.#owed;
    this.#owed = 0;
    return this.#durable;
  }

  /** A frame was dropped; its content comes again with the peer's step 2, and counts from then on. */
  owe(): void {
    this.#owed += 1;
  }
}
