import { docKeyFor, docKind, docNameOf, type DocKey, type DocName, type ShelfName } from '@parley/shared/documents';
import { fault, type Fault } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import * as Y from 'yjs';
import type { RoomRef } from '../../core/tenant.ts';
import type { PeerId } from '../../ports/bus.ts';
import type { Compaction, Epoch, Journal, StoredRecord } from '../../ports/journal.ts';
import type { Clock, Log, Metrics } from '../../ports/system.ts';
import { ClientOwners } from './client-owners.ts';
import { updateMessage } from './doc-message.ts';
import type { DocOutlet } from './doc-outlet.ts';
import type { DocPeer } from './doc-session.ts';
import { OpenDoc } from './open-doc.ts';
import type { Afterwards, Pipeline } from '../pipeline.ts';
import { splitUpdate } from './split-update.ts';
import { StoredDoc, type DocStore } from './stored-doc.ts';
import { TranscriptDoc } from './transcript-doc.ts';
import { encodeTranscript } from './transcript-state.ts';

/** Workspace documents of one room. */
export const MOST_WORKSPACES = 100;
const TOO_MANY = `A room has at most ${MOST_WORKSPACES} workspace documents.`;

export interface DocumentsDeps {
  readonly ref: RoomRef;
  readonly journal: Journal;
  readonly epoch: Epoch;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly typed: DocOutlet['typed'];
}

/** All documents of one room, on the node that owns it. Everything it tells peers goes through the pipeline. */
export class Documents {
  readonly #deps: DocumentsDeps;
  readonly #outlet: DocOutlet;
  readonly #store: DocStore;
  readonly #owners = new ClientOwners();
  readonly #open = new Map<DocKey, OpenDoc>();
  readonly #loading = new Map<DocKey, Promise<OpenDoc>>();
  readonly #transcripts = new Map<DocKey, TranscriptDoc>();

  constructor(deps: DocumentsDeps) {
    this.#deps = deps;
    this.#outlet = deps;
    this.#store = storeOf(deps);
  }

  /** Takes in what the journal holds of documents (whose client ids are whose); before anything is opened. */
  restore(records: readonly StoredRecord[]): void {
    for (const { record } of records) {
      if (record.type === 'workspace.client') this.#owners.claim(record.doc as DocKey, record.client, record.user);
    }
  }

  /**
   * Lets a peer read a document, and write it if it is a workspace and the peer may. Says `opened`, or
   * `refused` when the document could not be loaded; the peer's messages come after it resolved.
   */
  async open(peer: DocPeer, name: DocName): Promise<void> {
    try {
      const key = docKeyFor(name, peer.user.id);
      if (await this.#isOneTooMany(key)) return this.#refuse(peer, name, fault('too_large', TOO_MANY));
      const doc = await this.#get(key);
      doc.join(peer, name);
    } catch (error) {
      this.#deps.log.error('document.load-failed', { room: this.#deps.ref.room, error: String(error) });
      this.#refuse(peer, name, fault('unavailable'));
    }
  }

  #refuse({ peer }: DocPeer, doc: DocName, why: Fault): void {
    this.#deps.pipeline.say({ type: 'refused', peer, doc, fault: why });
  }

  /** Names of workspace documents are free, so their number has to end somewhere. */
  async #isOneTooMany(key: DocKey): Promise<boolean> {
    if (!isWorkspace(key) || this.#open.has(key)) return false;
    const known = new Set([...(await this.#deps.journal.docs(this.#deps.ref)), ...this.#open.keys()]);
    return !known.has(key) && [...known].filter(isWorkspace).length >= MOST_WORKSPACES;
  }

  /** One y-protocols message of a peer, as it arrived. Never throws, whatever it holds. */
  message(peer: PeerId, name: DocName, bytes: Uint8Array): void {
    this.#of(peer, name)?.message(peer, bytes);
  }

  resync(peer: PeerId, name: DocName): void {
    this.#of(peer, name)?.resync(peer);
  }

  close(peer: PeerId, name: DocName): void {
    const doc = this.#of(peer, name);
    if (doc) this.#leave(doc, peer);
  }

  leave(peer: PeerId): void {
    for (const doc of this.#open.values()) if (doc.has(peer)) this.#leave(doc, peer);
  }

  /** The rights of a peer are these from now on. */
  setRights(peer: DocPeer): void {
    for (const doc of this.#open.values()) doc.setRights(peer);
  }

  /** Sends everybody away from shelves that they may not read (any more): to them it is not there. */
  restrict(may: (shelf: DocKey, user: UserId) => boolean): void {
    for (const doc of this.#open.values()) {
      if (docKind(doc.key).kind === 'shelf') doc.restrict((user) => may(doc.key, user));
    }
  }

  /** A transcript, for the server to write. Rejects when the store fails. */
  async transcript(key: DocKey): Promise<TranscriptDoc> {
    return this.#writable(await this.#get(key));
  }

  /** A transcript of which nothing was ever stored. */
  blank(name: ShelfName): TranscriptDoc {
    const { log } = this.#deps;
    return this.#writable(
      this.#opened(StoredDoc.blank({ key: name, store: this.#store, log, encode: encodeTranscript })),
    );
  }

  #writable({ key, stored }: OpenDoc): TranscriptDoc {
    const known = this.#transcripts.get(key) ?? new TranscriptDoc(stored);
    this.#transcripts.set(key, known);
    return known;
  }

  /** Loads documents and waits until none of them is being compacted. */
  async atRest(keys: readonly DocKey[]): Promise<void> {
    for (const key of keys) await (await this.#get(key)).stored.atRest();
  }

  /** Documents that were at rest, each as one part that holds nothing of what was deleted; see `StoredDoc.rewritten`. */
  rewritten(keys: readonly DocKey[]): { readonly compacted: readonly Compaction[]; readonly landed: () => void } {
    const whole = keys.flatMap((key) => this.#open.get(key)?.stored.rewritten() ?? []);
    return {
      compacted: whole.map(({ compaction }) => compaction),
      landed: () => whole.forEach(({ landed }) => landed()),
    };
  }

  /** The room's workspace, for the server to read and write; it leaves memory again when nobody else has it open. */
  async workspace<T>(use: (doc: OpenDoc) => T): Promise<T> {
    const doc = await this.#get('workspace');
    try {
      return use(doc);
    } finally {
      this.#rest(doc);
    }
  }

  /** Everybody who ever wrote a document, as far as its content tells; null stands for the server. */
  writersOf({ key, stored }: OpenDoc): ReadonlySet<UserId | null> {
    return new Set([...stored.doc.store.clients.keys()].map((client) => this.#owners.ownerOf(key, client)));
  }

  /** What readers are told of an update that the server made, once it is durable. */
  announce(doc: DocKey, update: Uint8Array): Afterwards[] {
    return this.#open.get(doc)?.isRead ? [{ type: 'update', doc, message: updateMessage(update) }] : [];
  }

  /** How many sockets have it open. */
  readersOf(key: DocKey): number {
    return this.#open.get(key)?.readers ?? 0;
  }

  dispose(): void {
    for (const doc of this.#open.values()) doc.dispose();
    this.#open.clear();
  }

  /** The document that a peer has open under this name. */
  #of(peer: PeerId, name: DocName): OpenDoc | undefined {
    for (const doc of this.#open.values()) if (docNameOf(doc.key) === name && doc.has(peer)) return doc;
    return undefined;
  }

  async #get(key: DocKey): Promise<OpenDoc> {
    const open = this.#open.get(key);
    if (open) return open;
    const loading = this.#loading.get(key) ?? this.#load(key);
    this.#loading.set(key, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(key);
    }
  }

  async #load(key: DocKey): Promise<OpenDoc> {
    const encode = isWorkspace(key) ? encodeWorkspace : encodeTranscript;
    return this.#opened(await StoredDoc.load({ key, store: this.#store, log: this.#deps.log, encode }));
  }

  #opened(stored: StoredDoc): OpenDoc {
    const doc = new OpenDoc({ stored, owners: this.#owners, outlet: this.#outlet });
    this.#open.set(stored.key, doc);
    return doc;
  }

  #leave(doc: OpenDoc, peer: PeerId): void {
    doc.leave(peer);
    this.#rest(doc);
  }

  #rest(doc: OpenDoc): void {
    // A workspace nobody reads need not stay in memory; what it was last told is on disk first.
    if (!doc.isRead && isWorkspace(doc.key)) this.#deps.pipeline.say(() => this.#unload(doc));
  }

  #unload(doc: OpenDoc): void {
    if (doc.isRead || doc.stored.busy || this.#open.get(doc.key) !== doc) return;
    this.#open.delete(doc.key);
    doc.dispose();
  }
}

function isWorkspace(key: DocKey): boolean {
  return docKind(key).kind === 'workspace';
}

function encodeWorkspace(doc: Y.Doc, limit: number): Uint8Array[] {
  return splitUpdate(Y.encodeStateAsUpdate(doc), limit);
}

function storeOf({ ref, journal, epoch, pipeline }: DocumentsDeps): DocStore {
  return {
    load: (key) => journal.loadDoc(ref, key),
    compact: (key, parts, state) => journal.compactDoc(ref, epoch, key, parts, state),
    afterWrites: (then) => pipeline.whenWritten(then),
  };
}
