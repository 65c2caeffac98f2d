import { fault } from '@parley/shared/fault';
import type { JournalRecord } from '../../core/records.ts';
import type { DocDoor, Expel, WritingMessage } from './doc-door.ts';
import { step1Message, updateMessage } from './doc-message.ts';
import { toPeer, type DocOutlet } from './doc-outlet.ts';
import type { DocSession } from './doc-session.ts';
import { gatherMs } from './gather-time.ts';
import type { Afterwards } from '../pipeline.ts';
import type { StoredDoc } from './stored-doc.ts';
import type { Taken, WorkspaceDoc } from './workspace-doc.ts';

/** More than this waiting is taken in at once, so that one transaction stays short. */
const INBOX_BYTES = 1024 * 1024;

export interface WorkspaceDoorDeps {
  readonly stored: StoredDoc;
  readonly workspace: WorkspaceDoc;
  readonly outlet: DocOutlet;
  readonly expel: Expel;
  /** How many sockets have it open now. */
  readonly readers: () => number;
}

interface Frame {
  readonly session: DocSession;
  readonly message: WritingMessage;
}

/**
 * People's updates of one workspace document. What arrives in one tick is applied in one transaction,
 * stored as one part and sent to readers as one message, however many people typed it.
 */
export class WorkspaceDoor implements DocDoor {
  readonly #deps: WorkspaceDoorDeps;
  #inbox: Frame[] = [];
  #inboxBytes = 0;

  constructor(deps: WorkspaceDoorDeps) {
    this.#deps = deps;
  }

  mayWrite(session: DocSession): boolean {
    return session.peer.mayEdit;
  }

  receive(session: DocSession, message: WritingMessage): void {
    if (this.#inbox.length === 0) queueMicrotask(() => this.flush());
    this.#inbox.push({ session, message });
    this.#inboxBytes += message.update.length;
    if (this.#inboxBytes > INBOX_BYTES) this.flush();
  }

  flush(): void {
    if (this.#inbox.length === 0) return;
    const inbox = this.#inbox;
    this.#inbox = [];
    this.#inboxBytes = 0;
    const { outlet, stored, expel, readers } = this.#deps;
    const intake = new Intake(outlet, stored);
    const update = stored.change(() => this.#takeAll(inbox, intake));
    intake.commit(update, gatherMs(readers()));
    for (const { session, why } of intake.expelled) expel(session, why);
  }

  #takeAll(inbox: readonly Frame[], intake: Intake): void {
    for (const { session, message } of inbox) {
      if (intake.hasExpelled(session)) continue;
      const { user, mayEdit } = session.peer;
      intake.add(session, message, this.#deps.workspace.take(user.id, mayEdit, message.update));
    }
  }
}

/** What became of the frames of one tick. */
class Intake {
  readonly expelled: { readonly session: DocSession; readonly why: ReturnType<typeof fault> }[] = [];
  readonly #outlet: DocOutlet;
  readonly #stored: StoredDoc;
  readonly #claims: JournalRecord[] = [];
  readonly #saved = new Map<DocSession, number>();
  readonly #asked: DocSession[] = [];
  readonly #writers = new Set<DocSession>();

  constructor(outlet: DocOutlet, stored: StoredDoc) {
    this.#outlet = outlet;
    this.#stored = stored;
  }

  hasExpelled(session: DocSession): boolean {
    return this.expelled.some((one) => one.session === session);
  }

  add(session: DocSession, message: WritingMessage, taken: Taken): void {
    switch (taken.kind) {
      case 'refused':
        this.expelled.push({ session, why: taken.fault });
        return;
      case 'gap':
        this.#gap(session, message);
        return;
      case 'failed':
        this.#outlet.log.error('document.apply-failed', { doc: this.#stored.key, error: taken.error });
        this.expelled.push({ session, why: fault('bad_update') });
        return;
      case 'applied':
        this.#writers.add(session);
        for (const client of taken.claimed) this.#claims.push(this.#claim(session, client));
        break;
      case 'known':
    }
    if (message.kind === 'step2') session.handshake = { kind: 'complete' };
    this.#saved.set(session, session.settle());
  }

  /** Stores what was applied, after `patience` ms at most; readers get it and writers hear of it once it is on disk. */
  commit(update: Uint8Array | null, patience: number): void {
    const { pipeline } = this.#outlet;
    const doc = this.#stored.key;
    const saved = [...this.#saved].map(([{ peer, name }, count]): Afterwards => ({
      type: 'saved',
      peer: peer.peer,
      doc: name,
      count,
    }));
    const asking = this.#asked.map((session) => toPeer(session, [step1Message(this.#stored.stateVector())]));
    if (update === null) pipeline.say(...saved, ...asking);
    else
      pipeline.commit(
        { records: this.#claims, updates: [{ doc, update }], patience },
        this.#told(update),
        ...saved,
        ...asking,
      );
  }

  /** A reconnecting client may send edits before the step 2 that they build on: they come again with it. */
  #gap(session: DocSession, message: WritingMessage): void {
    if (message.kind === 'step2' || session.handshake.kind === 'complete') {
      this.expelled.push({ session, why: fault('bad_update', 'The update builds on something that nobody sent.') });
      return;
    }
    session.owe();
    if (!session.handshake.askedAgain) this.#asked.push(session);
    session.handshake = { kind: 'asked', askedAgain: true };
  }

  #told(update: Uint8Array): Afterwards {
    const message = updateMessage(update);
    const [only, ...others] = [...this.#writers];
    const except = others.length === 0 ? only?.peer.peer : undefined;
    return { type: 'update', doc: this.#stored.key, message, ...(except === undefined ? {} : { except }) };
  }

  #claim({ peer }: DocSession, client: number): JournalRecord {
    return {
      type: 'workspace.client',
      doc: this.#stored.key,
      client,
      user: peer.user.id,
      at: this.#outlet.clock.now(),
    };
  }
}
