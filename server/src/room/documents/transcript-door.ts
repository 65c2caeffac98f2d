import { fault } from '@parley/shared/fault';
import { decodeUpdate } from './decoded-update.ts';
import type { DocDoor, Expel, WritingMessage } from './doc-door.ts';
import type { DocSession } from './doc-session.ts';
import type { StoredDoc } from './stored-doc.ts';
import { judgeUpdate } from './update-judge.ts';
import { UPDATE_BYTES } from './workspace-doc.ts';

/**
 * A transcript is written by the server alone. No byte of a client is ever applied to it; a step 2 that
 * says nothing new is part of every handshake.
 */
export class TranscriptDoor implements DocDoor {
  readonly #stored: StoredDoc;
  readonly #expel: Expel;

  constructor(stored: StoredDoc, expel: Expel) {
    this.#stored = stored;
    this.#expel = expel;
  }

  mayWrite(): boolean {
    return false;
  }

  receive(session: DocSession, { update }: WritingMessage): void {
    if (update.length > UPDATE_BYTES) return this.#expel(session, fault('too_large'));
    const decoded = decodeUpdate(update);
    if (decoded === null) return this.#expel(session, fault('bad_update'));
    if (judgeUpdate(decoded, this.#stored.doc.store).kind !== 'known') this.#expel(session, fault('read_only'));
  }

  flush(): void {
    // Nothing waits: nothing is taken in.
  }
}
