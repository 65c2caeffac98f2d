import { fault, type Fault } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import * as Y from 'yjs';
import type { ClientOwners } from './client-owners.ts';
import { decodeUpdate } from './decoded-update.ts';
import { SERVER_CLIENT, type StoredDoc } from './stored-doc.ts';
import { judgeUpdate } from './update-judge.ts';

/** One update of a person. */
export const UPDATE_BYTES = 256 * 1024;

/** A whole document on disk, before compaction; ten novels. */
export const WORKSPACE_BYTES = 32 * 1024 * 1024;

/** What became of one person's update. */
export type Taken =
  /** Applied whole; `claimed` are client ids that are this person's from now on. */
  | { readonly kind: 'applied'; readonly claimed: readonly number[] }
  | { readonly kind: 'known' }
  /** Nothing applied: something it builds on is missing here. */
  | { readonly kind: 'gap' }
  /** A mistake of ours: it was judged to fit and did not. What Yjs applied of it is in the document's update. */
  | { readonly kind: 'failed'; readonly error: string }
  /** Nothing applied, and the person hears why. */
  | { readonly kind: 'refused'; readonly fault: Fault };

/**
 * A document that people write themselves. Every update is judged before it is applied, whole or not
 * at all: well-formed, complete, and under the writer's own client ids.
 */
export class WorkspaceDoc {
  readonly #stored: StoredDoc;
  readonly #owners: ClientOwners;

  constructor(stored: StoredDoc, owners: ClientOwners) {
    this.#stored = stored;
    this.#owners = owners;
  }

  /** Call it inside the document's `change`. `mayEdit`: somebody who may not can still repeat what is known. */
  take(user: UserId, mayEdit: boolean, update: Uint8Array): Taken {
    if (update.length > UPDATE_BYTES) return refused('too_large', 'An update is at most 256 KiB.');
    const decoded = decodeUpdate(update);
    if (decoded === null) return refused('bad_update', 'The update is malformed.');
    const { store } = this.#stored.doc;
    const judgement = judgeUpdate(decoded, store);
    if (judgement.kind === 'known') return judgement;
    if (!mayEdit) return { kind: 'refused', fault: fault('forbidden', undefined, { capability: 'workspace.edit' }) };
    if (judgement.kind === 'gap') return judgement;
    if (this.#stored.bytes + update.length > WORKSPACE_BYTES) return refused('too_large', 'This document is full.');
    if (judgement.kind === 'excessive') return refused('bad_update', judgement.why);
    const { writers } = judgement;
    if (!writers.every((client) => this.#mayWriteAs(user, client))) {
      return refused('bad_update', "The update adds content under somebody else's client id.");
    }
    const error = this.#apply(update);
    return error === null ? { kind: 'applied', claimed: this.#claim(user, writers) } : { kind: 'failed', error };
  }

  /** What was judged to fit does not throw; if it ever did, it must not take the room with it. */
  #apply(update: Uint8Array): string | null {
    const { store } = this.#stored.doc;
    try {
      Y.applyUpdate(this.#stored.doc, update);
      if (store.pendingStructs === null && store.pendingDs === null) return null;
      // Pending content would be served to newcomers without ever being stored.
      store.pendingStructs = null;
      store.pendingDs = null;
      return 'an update that was judged complete left something pending';
    } catch (error) {
      return String(error);
    }
  }

  #mayWriteAs(user: UserId, client: number): boolean {
    const owner = this.#owners.ownerOf(this.#stored.key, client);
    return client !== SERVER_CLIENT && (owner === null || owner === user);
  }

  #claim(user: UserId, writers: readonly number[]): number[] {
    const claimed = writers.filter((client) => !this.#owners.isClaimed(this.#stored.key, client));
    for (const client of claimed) this.#owners.claim(this.#stored.key, client, user);
    return claimed;
  }
}

function refused(code: Fault['code'], detail: string): Taken {
  return { kind: 'refused', fault: fault(code, detail) };
}
