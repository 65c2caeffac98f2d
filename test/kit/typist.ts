import type { Principal } from '@parley/server/core/people/principal';
import type { EdgeEnd, OwnerMessage, PeerId } from '@parley/server/ports/bus';
import { NOTES } from '@parley/shared/documents';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { applyAwarenessUpdate, Awareness } from 'y-protocols/awareness';
import * as syncProtocol from 'y-protocols/sync';
import * as Y from 'yjs';

const SYNC = 0;
const PRESENCE = 1;

/** Somebody who has the notes of a room open and types, over the bus as an edge speaks it. */
export class Typist {
  readonly doc = new Y.Doc();
  readonly #awareness = new Awareness(this.doc);
  readonly #peer: PeerId;
  #end: EdgeEnd | null = null;

  constructor(principal: Principal, peer: PeerId, join: (receive: (down: OwnerMessage) => void) => EdgeEnd) {
    this.#peer = peer;
    this.#awareness.setLocalState(null);
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.#send((encoder) => syncProtocol.writeUpdate(encoder, update));
    });
    this.#end = join((message) => this.#receive(message));
    this.#end.send({ type: 'attach', peer, principal });
    this.#end.send({ type: 'open', peer, doc: 'workspace' });
    this.#send((encoder) => syncProtocol.writeSyncStep1(encoder, this.doc));
  }

  get length(): number {
    return this.#notes.length;
  }

  /** Closes the notes from this side. */
  leave(): void {
    this.#end?.close();
    this.#end = null;
  }

  text(): string {
    return this.#notes.toString();
  }

  insert(at: number, text: string): void {
    this.#notes.insert(at, text);
  }

  /** Everybody else's presence, as it was told. */
  others(): unknown[] {
    return [...this.#awareness.getStates().values()];
  }

  get #notes(): Y.Text {
    return this.doc.getText(NOTES);
  }

  #receive(message: OwnerMessage): void {
    if (message.type === 'sync' && message.peer === this.#peer) message.messages.forEach((bytes) => this.#read(bytes));
    const shared = message.type === 'update' || message.type === 'presence' ? message : null;
    if (shared?.doc === 'workspace' && !('except' in shared && shared.except === this.#peer))
      this.#read(shared.message);
  }

  #read(bytes: Uint8Array): void {
    const decoder = decoding.createDecoder(bytes);
    if (decoding.readVarUint(decoder) === PRESENCE)
      return applyAwarenessUpdate(this.#awareness, decoding.readVarUint8Array(decoder), this);
    const encoder = encoding.createEncoder();
    syncProtocol.readSyncMessage(decoder, encoder, this.doc, this);
    if (encoding.length(encoder) > 0) this.#sendSync(encoding.toUint8Array(encoder));
  }

  #send(write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    write(encoder);
    this.#sendSync(encoding.toUint8Array(encoder));
  }

  #sendSync(body: Uint8Array): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    encoding.writeUint8Array(encoder, body);
    const bytes = encoding.toUint8Array(encoder);
    this.#end?.send({ type: 'message', peer: this.#peer, doc: 'workspace', bytes });
  }
}
