import { docNameOf, type DocKey } from '@parley/shared/documents';
import { fault } from '@parley/shared/fault';
import type { Principal } from '../core/people/principal.ts';
import type { RoomRef } from '../core/tenant.ts';
import type { Bus, CommandResult, EdgeEnd, EdgeMessage, OwnerMessage, PeerId } from '../ports/bus.ts';
import type { Metrics } from '../ports/system.ts';
import { DocReader } from './doc-reader.ts';
import { docFrame, type Flavour } from './frames.ts';

/** What a peer hears from the room's owner, in the order of the stream. */
export type PeerMessage =
  | Extract<OwnerMessage, { readonly peer: PeerId }>
  | Extract<OwnerMessage, { readonly type: 'standing' | 'closing' }>;

/** One socket, or one request that watches, as its link knows it. */
export interface LinkPeer {
  readonly id: PeerId;
  readonly principal: Principal;
  receive(message: PeerMessage): void;
}

type Update = Extract<OwnerMessage, { readonly type: 'update' }>;
type Answer = (result: CommandResult) => void;

/** Largest parcel by plan: a burst beyond it leaves in several, so that a slow reader is noticed in between. */
const PARCEL_BYTES = 128 * 1024;

export interface RoomLinkDeps {
  readonly bus: Bus;
  readonly ref: RoomRef;
  readonly metrics: Metrics;
  /** Nobody uses the link any more; it is closed. */
  readonly unused: () => void;
}

/**
 * This node's end of one room: joins the bus once, however many peers are here, and hands each message
 * to those it is for. Updates that arrive together leave as one write per reader; any other message
 * waits behind what was gathered, so that every reader sees the owner's order and a change of rights
 * takes effect exactly at its place in it.
 */
export class RoomLink {
  readonly #deps: RoomLinkDeps;
  readonly #end: EdgeEnd;
  readonly #peers = new Map<PeerId, LinkPeer>();
  readonly #answers = new Map<PeerId, Answer>();
  readonly #readers = new Map<DocKey, Set<DocReader>>();
  /** What came since an update that was not written yet, that one first. */
  #held: OwnerMessage[] = [];
  #heldBytes = 0;
  #closed = false;

  constructor(deps: RoomLinkDeps) {
    this.#deps = deps;
    this.#end = deps.bus.join(deps.ref, (message) => this.#receive(message));
  }

  /** Tells the owner that a peer arrived; its `attached` or `detached` follows. */
  attach(peer: LinkPeer): void {
    this.#peers.set(peer.id, peer);
    this.#end.send({ type: 'attach', peer: peer.id, principal: peer.principal });
  }

  /** The peer is gone: it hears nothing more. */
  detach(peer: LinkPeer): void {
    if (!this.#peers.delete(peer.id)) return;
    this.#end.send({ type: 'detach', peer: peer.id });
    this.#closeIfUnused();
  }

  send(message: EdgeMessage): void {
    this.#end.send(message);
  }

  /** Sends a command of a request and hands its answer over once; the result withdraws the wish for it. */
  command(message: Extract<EdgeMessage, { readonly type: 'command' }>, answer: Answer): () => void {
    this.#answers.set(message.peer, answer);
    this.#end.send(message);
    return () => {
      if (this.#answers.delete(message.peer)) this.#closeIfUnused();
    };
  }

  /** From now on the reader gets what changes in the document. */
  read(key: DocKey, reader: DocReader): void {
    const readers = this.#readers.get(key) ?? new Set();
    readers.add(reader);
    this.#readers.set(key, readers);
  }

  unread(key: DocKey, reader: DocReader): void {
    const readers = this.#readers.get(key);
    readers?.delete(reader);
    if (readers?.size === 0) this.#readers.delete(key);
  }

  #receive(message: OwnerMessage): void {
    // It says nothing of what others wrote, and comes with each of their updates: it overtakes them.
    const overtakes = message.type === 'saved' || (message.type !== 'update' && this.#held.length === 0);
    if (overtakes) this.#hand(message);
    else this.#hold(message);
  }

  #hand(message: Exclude<OwnerMessage, Update>): void {
    switch (message.type) {
      case 'presence':
        return this.#deliver(message.doc, [message]);
      case 'reply':
        return this.#answer(message);
      case 'standing':
        return this.#toPerson(message);
      case 'closing':
        return this.#toAll(message);
      default:
        this.#peers.get(message.peer)?.receive(message);
    }
  }

  #hold(message: OwnerMessage): void {
    // The bus hands over what it holds in one go, so after this tick a burst is complete. What else the same commit
    // asked for (that a model is called) is done by then and does not wait for a write to each reader.
    if (this.#held.push(message) === 1) setImmediate(() => this.#flush());
    if (message.type === 'update') this.#heldBytes += message.message.length;
    if (this.#heldBytes >= PARCEL_BYTES) this.#flush();
  }

  #flush(): void {
    const held = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    let updates: Update[] = [];
    for (const message of held) {
      if (message.type === 'update') updates.push(message);
      else {
        this.#deliverAll(updates);
        updates = [];
        this.#hand(message);
      }
    }
    this.#deliverAll(updates);
  }

  #deliverAll(updates: readonly Update[]): void {
    for (const [key, own] of Map.groupBy(updates, (update) => update.doc)) this.#deliver(key, own);
  }

  #deliver(key: DocKey, messages: readonly Outgoing[]): void {
    const readers = this.#readers.get(key);
    if (readers === undefined) return;
    const parcels = new Parcels(key, messages);
    let delivered = 0;
    for (const reader of readers) {
      const parcel = parcels.for(reader);
      if (parcel !== null && reader.offer(parcel, messages[0]?.type === 'presence')) delivered += messages.length;
    }
    if (delivered > 0) this.#deps.metrics.count('parley_delivered_total', delivered);
  }

  #answer(message: Extract<OwnerMessage, { readonly type: 'reply' }>): void {
    const answer = this.#answers.get(message.peer);
    if (answer === undefined) return this.#peers.get(message.peer)?.receive(message);
    this.#answers.delete(message.peer);
    answer(message.result);
    this.#closeIfUnused();
  }

  #toPerson(message: Extract<OwnerMessage, { readonly type: 'standing' }>): void {
    for (const peer of [...this.#peers.values()]) if (peer.principal.user === message.user) peer.receive(message);
  }

  #toAll(message: Extract<OwnerMessage, { readonly type: 'closing' }>): void {
    const answers = [...this.#answers.values()];
    this.#answers.clear();
    for (const answer of answers) answer({ ok: false, fault: fault('unavailable') });
    for (const peer of [...this.#peers.values()]) peer.receive(message);
    this.#closeIfUnused();
  }

  #closeIfUnused(): void {
    if (this.#closed || this.#peers.size > 0 || this.#answers.size > 0) return;
    this.#closed = true;
    this.#end.close();
    this.#deps.unused();
  }
}

type Outgoing = { readonly type: 'update' | 'presence'; readonly message: Uint8Array; readonly except?: PeerId };

/** The bytes of some messages about one document, built at most once for each flavour. */
class Parcels {
  readonly #key: DocKey;
  readonly #messages: readonly Outgoing[];
  /** Who wrote any of it, and so does not get all of it. */
  readonly #excepted: ReadonlySet<PeerId>;
  readonly #whole = new Map<Flavour, Buffer>();

  constructor(key: DocKey, messages: readonly Outgoing[]) {
    this.#key = key;
    this.#messages = messages;
    this.#excepted = new Set(messages.flatMap(({ except }) => (except === undefined ? [] : [except])));
  }

  /** What this reader gets; null when all of it is its own. */
  for(reader: DocReader): Buffer | null {
    if (!this.#excepted.has(reader.peer)) return this.#all(reader.flavour);
    const meant = this.#messages.filter((message) => message.except !== reader.peer);
    return meant.length === 0 ? null : this.#build(reader.flavour, meant);
  }

  #all(flavour: Flavour): Buffer {
    let parcel = this.#whole.get(flavour);
    if (parcel === undefined) this.#whole.set(flavour, (parcel = this.#build(flavour, this.#messages)));
    return parcel;
  }

  #build(flavour: Flavour, messages: readonly Outgoing[]): Buffer {
    const frames = messages.map(({ message }) => docFrame(flavour, docNameOf(this.#key), message));
    const [first] = frames;
    return first !== undefined && frames.length === 1 ? first : Buffer.concat(frames);
  }
}
