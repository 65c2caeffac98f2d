import type { OwnerMessage } from '@parley/server/ports/bus';
import type { DocPeer } from '@parley/server/room/documents/doc-session';
import type { DocName } from '@parley/shared/documents';
import type { Fault } from '@parley/shared/fault';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as syncProtocol from 'y-protocols/sync';
import * as Y from 'yjs';
import type { DocWorld } from './doc-world.ts';

/** What the provider's handlers write: the outer types of y-websocket. */
const SYNC = 0;
const AWARENESS = 1;

/**
 * A person's document as the stock provider keeps it, with y-protocols' own code on the client's side:
 * step 1 and presence as soon as the line is open, every change sent, every change of presence sent
 * back (others' too), remote presence forgotten when the line is cut.
 */
export class StockPeer {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly name: DocName;
  synced = false;
  saved = 0;
  sent = 0;
  fault: Fault | null = null;
  #world: DocWorld;
  #peer: DocPeer;
  #open = false;
  #unlisten: () => void = () => {};

  constructor(world: DocWorld, peer: DocPeer, name: DocName, clientID?: number) {
    this.#world = world;
    this.#peer = peer;
    this.name = name;
    this.doc = new Y.Doc();
    if (clientID !== undefined) this.doc.clientID = clientID;
    this.awareness = new Awareness(this.doc);
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.#send(SYNC, (encoder) => syncProtocol.writeUpdate(encoder, update));
    });
    this.awareness.on(
      'update',
      ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }) => {
        this.#sendPresence([...added, ...updated, ...removed]);
      },
    );
  }

  get id(): DocPeer['peer'] {
    return this.#peer.peer;
  }

  /** Opens the line, to another owner or as another socket if given. */
  async connect(world: DocWorld = this.#world, peer: DocPeer = this.#peer): Promise<void> {
    this.#world = world;
    this.#peer = peer;
    this.#open = true;
    this.fault = null;
    this.saved = 0;
    this.sent = 0;
    this.#unlisten = world.listen(peer.peer, this.name, (message) => this.#receive(message));
    await world.documents.open(peer, this.name);
    this.#send(SYNC, (encoder) => syncProtocol.writeSyncStep1(encoder, this.doc));
    if (this.awareness.getLocalState() !== null) this.#sendPresence([this.doc.clientID]);
    await world.settle();
  }

  /** The line is cut; the server may be told at once or not at all. */
  disconnect(told = true): void {
    this.#open = false;
    this.synced = false;
    this.#unlisten();
    const others = [...this.awareness.getStates().keys()].filter((client) => client !== this.doc.clientID);
    removeAwarenessStates(this.awareness, others, this);
    if (told) this.#world.documents.leave(this.id);
  }

  /** Ends the timers of the stock awareness. */
  destroy(): void {
    if (this.#open) this.disconnect();
    this.doc.destroy();
  }

  /** Sends any bytes as a frame. */
  sendRaw(bytes: Uint8Array): void {
    this.#world.documents.message(this.id, this.name, bytes);
  }

  #receive(message: OwnerMessage): void {
    if (message.type === 'saved') this.saved = message.count;
    if (message.type === 'refused') {
      this.fault = message.fault;
      this.disconnect(false);
    }
    if (message.type === 'sync') for (const one of message.messages) this.#read(one);
    if (message.type === 'update' || message.type === 'presence') this.#read(message.message);
  }

  #read(bytes: Uint8Array): void {
    const decoder = decoding.createDecoder(bytes);
    if (decoding.readVarUint(decoder) === AWARENESS) {
      applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), this);
      return;
    }
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    const type = syncProtocol.readSyncMessage(decoder, encoder, this.doc, this);
    if (type === syncProtocol.messageYjsSyncStep2) this.synced = true;
    if (encoding.length(encoder) > 1) this.#deliver(encoding.toUint8Array(encoder));
  }

  #send(type: number, write: (encoder: encoding.Encoder) => void): void {
    if (!this.#open) return;
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, type);
    write(encoder);
    this.#deliver(encoding.toUint8Array(encoder));
  }

  #sendPresence(clients: number[]): void {
    this.#send(AWARENESS, (encoder) =>
      encoding.writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, clients)),
    );
  }

  #deliver(bytes: Uint8Array): void {
    if (!this.#open) return;
    if (bytes[0] === SYNC && bytes[1] !== syncProtocol.messageYjsSyncStep1) this.sent += 1;
    this.#world.documents.message(this.id, this.name, bytes);
  }
}
