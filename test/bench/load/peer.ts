import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';

/** Where and how a peer connects. Everybody speaks y-protocols; what differs is around it. */
export interface Address {
  /** `bare`: no document behind it, nothing to sync. `stock`: y-websocket's wire. */
  readonly dialect: 'bare' | 'stock' | 'hocuspocus';
  readonly url: string;
  readonly protocols: readonly string[];
  readonly doc: string;
}

const SYNC = 0;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;
const AUTH = 2;
/** An update, and a state vector, of nothing. */
const EMPTY_UPDATE = Uint8Array.of(0, 0);
const EMPTY_VECTOR = Uint8Array.of(0);

/** A mark that some frame to come holds: called once. */
interface Watch {
  readonly mark: Buffer;
  readonly seen: () => void;
}

/**
 * One socket with one document, as light as it can be: it keeps the bytes it is sent and looks at them
 * later, so that hundreds of readers do not wait for each other's parsing.
 */
export class Peer {
  /** Resolves when the peer has what the server holds. */
  readonly synced: Promise<void>;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  frames = 0;
  bytes = 0;
  readonly #socket: WebSocket;
  readonly #address: Address;
  readonly #prefix: Uint8Array;
  readonly #keep: boolean;
  #updates: Uint8Array[] = [];
  #watches: Watch[] = [];

  /** `keep`: whether what arrives is kept for {@link document}. */
  constructor(address: Address, keep: boolean) {
    this.#address = address;
    this.#keep = keep;
    this.#prefix = prefixOf(address);
    this.#socket = new WebSocket(address.url, [...address.protocols], { perMessageDeflate: false });
    this.closed = new Promise((resolve) => this.#socket.on('close', resolve));
    this.synced = new Promise((resolve, reject) => {
      this.#socket.on('error', reject);
      this.#socket.on('close', (code) => reject(new Error(`closed ${code}`)));
      this.#socket.on('open', () => this.#greet(resolve));
      this.#socket.on('message', (data) => this.#receive(data as Buffer, resolve));
    });
  }

  sendUpdate(update: Uint8Array): void {
    this.#say(SYNC, UPDATE, update);
  }

  /** Calls back once a frame that holds these bytes arrives. */
  watch(mark: Buffer, seen: () => void): void {
    this.#watches.push({ mark, seen });
  }

  /** The document as this peer got it. */
  document(): Y.Doc {
    const doc = new Y.Doc();
    for (const update of this.#updates) Y.applyUpdate(doc, update);
    return doc;
  }

  async close(): Promise<void> {
    this.#updates = [];
    this.#socket.close();
    await this.closed;
  }

  #greet(synced: () => void): void {
    if (this.#address.dialect === 'bare') return synced();
    if (this.#address.dialect === 'hocuspocus') this.#socket.send(authFrame(this.#prefix));
    this.#say(SYNC, STEP_1, EMPTY_VECTOR);
  }

  #receive(frame: Buffer, synced: () => void): void {
    const message = frame.subarray(this.#prefix.length);
    if (message[0] !== SYNC) return;
    if (message[1] === STEP_1) return this.#say(SYNC, STEP_2, EMPTY_UPDATE);
    this.frames += 1;
    this.bytes += frame.length;
    if (this.#keep) this.#updates.push(bodyOf(message));
    if (message[1] === STEP_2) synced();
    if (this.#watches.length > 0) this.#look(message);
  }

  #look(message: Buffer): void {
    const seen = this.#watches.filter(({ mark }) => message.includes(mark));
    if (seen.length === 0) return;
    this.#watches = this.#watches.filter((watch) => !seen.includes(watch));
    for (const watch of seen) watch.seen();
  }

  #say(type: number, kind: number, body: Uint8Array): void {
    const encoder = encoding.createEncoder();
    encoding.writeUint8Array(encoder, this.#prefix);
    encoding.writeVarUint(encoder, type);
    encoding.writeVarUint(encoder, kind);
    encoding.writeVarUint8Array(encoder, body);
    this.#socket.send(encoding.toUint8Array(encoder));
  }
}

/** Hocuspocus names the document in every message; a y-websocket address names it once. */
function prefixOf({ dialect, doc }: Address): Uint8Array {
  const encoder = encoding.createEncoder();
  if (dialect === 'hocuspocus') encoding.writeVarString(encoder, doc);
  return encoding.toUint8Array(encoder);
}

function authFrame(prefix: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8Array(encoder, prefix);
  encoding.writeVarUint(encoder, AUTH);
  encoding.writeVarUint(encoder, 0);
  encoding.writeVarString(encoder, 'anyone');
  return encoding.toUint8Array(encoder);
}

/** The Yjs update of a sync message. */
function bodyOf(message: Uint8Array): Uint8Array {
  const decoder = decoding.createDecoder(message);
  decoding.readVarUint(decoder);
  decoding.readVarUint(decoder);
  return decoding.readVarUint8Array(decoder);
}
