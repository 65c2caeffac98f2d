import { must } from '@parley/shared/assert';
import type { DocKey } from '@parley/shared/documents';
import * as Y from 'yjs';
import type { AppendResult, Compaction } from '../../ports/journal.ts';
import type { Log } from '../../ports/system.ts';
import { syncMessages } from './doc-message.ts';
import { splitUpdate } from './split-update.ts';
import { PART_BYTES, StateCache } from './state-cache.ts';

/** Where the updates of one room's documents are kept. */
export interface DocStore {
  /** The parts of a document in order; see `Journal.loadDoc`. */
  load(key: DocKey): Promise<readonly Uint8Array[]>;
  /** See `Journal.compactDoc`. */
  compact(key: DocKey, parts: number, state: Uint8Array): Promise<AppendResult>;
  /** Calls back once everything written so far is on disk. */
  afterWrites(then: () => void): void;
}

export interface StoredDocDeps {
  readonly key: DocKey;
  readonly store: DocStore;
  readonly log: Log;
  /** The whole document as V1 updates of about `limit` bytes; a kind of document may know shorter ones than Yjs. */
  readonly encode: (doc: Y.Doc, limit: number) => Uint8Array[];
}

/**
 * The client id under which the server writes, in every document and on every node. One id can have
 * one writer only: the room's owner, whose epoch the journal checks. Its clock goes on where the stored
 * updates end; what was shown before it was stored had clocks that are used up unseen (see lost-text.ts). So no
 * reader can know of a clock that a restarted owner gives out again.
 */
export const SERVER_CLIENT = 1;

/** A compaction is due beyond this many parts (more for a large state: loading a part costs as much as half a KiB of it) … */
const MANY_PARTS = 500;
const STATE_BYTES_A_PART = 512;
/** … or when the parts behind the state are this many times its size (a small state counts as 64 KiB). */
const STATE_MULTIPLE = 4;
const SMALL_STATE = 64 * 1024;

/**
 * One document in memory, equal to the fold of its stored updates plus those on their way to the disk.
 * Whoever changes it commits the update in the same tick.
 */
export class StoredDoc {
  readonly key: DocKey;
  readonly doc: Y.Doc;
  readonly #deps: StoredDocDeps;
  readonly #cache: StateCache;
  /** Updates of the transaction that runs. */
  #emitted: Uint8Array[] = [];
  /** As the journal counts them, once all that was committed is written. */
  #parts: number;
  #stateBytes: number;
  #tailBytes = 0;
  #compaction: 'none' | 'due' | 'running' = 'none';
  #waiting: (() => void)[] = [];

  private constructor(deps: StoredDocDeps, parts: readonly Uint8Array[]) {
    this.#deps = deps;
    this.key = deps.key;
    this.doc = load(deps.key, parts);
    this.#parts = parts.length;
    this.#stateBytes = parts[0]?.length ?? 0;
    this.#tailBytes = totalBytes(parts) - this.#stateBytes;
    this.#cache = new StateCache(() => deps.encode(this.doc, PART_BYTES));
    this.doc.on('update', (update) => this.#emitted.push(update));
  }

  /** Rejects when the store fails. */
  static async load(deps: StoredDocDeps): Promise<StoredDoc> {
    return new StoredDoc(deps, await deps.store.load(deps.key));
  }

  /** A document of which nothing is stored yet; {@link load} is for any that might be. */
  static blank(deps: StoredDocDeps): StoredDoc {
    return new StoredDoc(deps, []);
  }

  /** Changes the document in one transaction; the V1 update to commit now, or null when nothing changed. */
  change(write: (doc: Y.Doc) => void): Uint8Array | null {
    this.#emitted = [];
    this.doc.transact(() => write(this.doc));
    if (this.#emitted.length === 0) return null;
    // Yjs may tidy formatting in a transaction of its own, which then follows as a second update.
    const update = this.#emitted.length === 1 ? this.#emitted[0] : undefined;
    return this.#changed(update ?? Y.mergeUpdates(this.#emitted));
  }

  /** Sync messages for somebody with this state vector, step 2 last; null when it cannot be read. */
  syncFor(stateVector: Uint8Array): readonly Uint8Array[] | null {
    const has = readStateVector(stateVector);
    if (has === null) return null;
    if (this.#isNewcomer(has)) return this.#cache.messages();
    return syncMessages(splitUpdate(Y.encodeStateAsUpdate(this.doc, stateVector), PART_BYTES));
  }

  stateVector(): Uint8Array {
    return Y.encodeStateVector(this.doc);
  }

  /** Bytes on disk, what waits to be compacted included. */
  get bytes(): number {
    return this.#stateBytes + this.#tailBytes;
  }

  /** True while the number of stored parts is about to change. */
  get busy(): boolean {
    return this.#compaction !== 'none';
  }

  /** Resolves when no compaction is due or under way. */
  atRest(): Promise<void> {
    return this.busy ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
  }

  /**
   * The document as it is now in one part, to be stored with the changes of this tick in the place of all parts:
   * what was deleted is in none of them then (R14). Call it where it was at rest before those changes; null when
   * nothing is stored. `landed` is for the moment when that is on disk.
   */
  rewritten(): { readonly compaction: Compaction; readonly landed: () => void } | null {
    if (this.#parts === 0) return null;
    this.#compaction = 'running';
    this.#cache.forget();
    const { parts, tailBytes, state } = this.#whole();
    const landed = (): void => {
      this.#replaced(parts, tailBytes, state.length);
      this.#rest();
    };
    return { compaction: { doc: this.key, parts, state }, landed };
  }

  dispose(): void {
    this.doc.destroy();
  }

  /** Somebody who has nothing of this document, whatever they wrote elsewhere. */
  #isNewcomer(has: ReadonlyMap<number, number>): boolean {
    for (const [client, clock] of has) {
      if (clock > 0 && Y.getState(this.doc.store, client) > 0) return false;
    }
    return true;
  }

  #changed(update: Uint8Array): Uint8Array {
    this.#parts += 1;
    this.#tailBytes += update.length;
    this.#cache.changed(update);
    if (this.#compaction === 'none' && this.#isCrowded()) {
      this.#compaction = 'due';
      // The update is committed later in this tick; only then does the state below match the parts.
      queueMicrotask(() => this.#compact());
    }
    return update;
  }

  #isCrowded(): boolean {
    const manyParts = Math.max(MANY_PARTS, this.#stateBytes / STATE_BYTES_A_PART);
    return this.#parts > manyParts || this.#tailBytes > STATE_MULTIPLE * Math.max(this.#stateBytes, SMALL_STATE);
  }

  /** The state stands for exactly the parts committed so far; those that follow meanwhile stay behind it. */
  #compact(): void {
    // A redaction may have done it in the same tick.
    if (this.#compaction !== 'due') return;
    this.#compaction = 'running';
    const { parts, tailBytes, state } = this.#whole();
    this.#deps.store.afterWrites(() => void this.#replace(parts, tailBytes, state));
  }

  #whole(): { readonly parts: number; readonly tailBytes: number; readonly state: Uint8Array } {
    const [state] = this.#deps.encode(this.doc, Number.POSITIVE_INFINITY);
    return {
      parts: this.#parts,
      tailBytes: this.#tailBytes,
      state: must(state, 'a document without limit is one part'),
    };
  }

  async #replace(parts: number, tailBytes: number, state: Uint8Array): Promise<void> {
    try {
      const result = await this.#deps.store.compact(this.key, parts, state);
      if (result.kind === 'appended') this.#replaced(parts, tailBytes, state.length);
    } catch (error) {
      // The old parts are all there and the next update tries again; a person should see to the disk.
      this.#deps.log.error('document.compaction-failed', { doc: kindOf(this.key), error: String(error) });
    }
    this.#rest();
  }

  #rest(): void {
    this.#compaction = 'none';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #replaced(parts: number, tailBytes: number, stateBytes: number): void {
    this.#parts -= parts - 1;
    this.#tailBytes -= tailBytes;
    this.#stateBytes = stateBytes;
  }
}

function load(key: DocKey, parts: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc({ guid: key, gc: true });
  doc.transact(() => parts.forEach((part) => Y.applyUpdate(doc, part)));
  // Only now: at the sight of updates under its own id, Yjs would take another one.
  doc.clientID = SERVER_CLIENT;
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null)
    throw new Error(`a part of ${kindOf(key)} is missing`);
  return doc;
}

function readStateVector(bytes: Uint8Array): Map<number, number> | null {
  try {
    return Y.decodeStateVector(bytes);
  } catch {
    // lib0 throws on truncated input; there is nothing more to know about it.
    return null;
  }
}

/** A document's name for the log, without the person. */
function kindOf(key: DocKey): string {
  return key.replace(/:.*/u, '');
}

function totalBytes(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
