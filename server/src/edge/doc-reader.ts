import type { DocKey, DocName } from '@parley/shared/documents';
import type { PeerId } from '../ports/bus.ts';
import type { Outlet } from './backpressure.ts';
import { bringsContent, docFrame, docFrameParts, isPresence, NOTHING_NEW, type Flavour } from './frames.ts';

export interface DocReaderDeps {
  readonly peer: PeerId;
  readonly flavour: Flavour;
  readonly doc: DocName;
  readonly key: DocKey;
  readonly writable: boolean;
  readonly outlet: Outlet;
}

/**
 * `current`: has everything sent so far. `behind`: updates were dropped, and more are until it drains.
 * `resyncing`: the owner was asked for what is missing. `barred`: may not read any more.
 */
type ReaderState = 'current' | 'behind' | 'resyncing' | 'barred';

/** One open document of one socket. */
export class DocReader {
  readonly peer: PeerId;
  readonly flavour: Flavour;
  readonly doc: DocName;
  readonly key: DocKey;
  /** Changes with the rights of its person. */
  writable: boolean;
  readonly #outlet: Outlet;
  #state: ReaderState = 'current';

  constructor(deps: DocReaderDeps) {
    this.peer = deps.peer;
    this.flavour = deps.flavour;
    this.doc = deps.doc;
    this.key = deps.key;
    this.writable = deps.writable;
    this.#outlet = deps.outlet;
  }

  /** Sends prepared frames if this reader may and can take them; true when it was sent them. */
  offer(parcel: Uint8Array, droppable: boolean): boolean {
    if (this.#state !== 'current') return false;
    if (this.#outlet.offer(parcel)) return true;
    if (!droppable) this.#state = 'behind';
    return false;
  }

  /** Messages for this reader alone, in order. */
  sync(messages: readonly Uint8Array[]): void {
    if (this.#state === 'barred') return;
    for (const message of messages) this.#answer(message);
    if (this.#state === 'resyncing' && messages.some(bringsContent)) this.#state = 'current';
  }

  /** A document's state may be larger than what a slow reader may hold; presence is not, and is made for it alone. */
  #answer(message: Uint8Array): void {
    if (isPresence(message)) this.#outlet.send(docFrame(this.flavour, this.doc, message));
    else this.#outlet.sendShared(docFrameParts(this.flavour, this.doc, message));
  }

  /** True when updates were dropped: the owner is now to be asked for them. */
  startResync(): boolean {
    if (this.#state !== 'behind') return false;
    this.#state = 'resyncing';
    return true;
  }

  keepAlive(): void {
    if (this.#state !== 'barred') this.#outlet.offer(docFrame(this.flavour, this.doc, NOTHING_NEW));
  }

  bar(): void {
    this.#state = 'barred';
  }
}
