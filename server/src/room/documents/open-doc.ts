import type { DocKey, DocName } from '@parley/shared/documents';
import { docKind } from '@parley/shared/documents';
import { fault, type Fault } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import type * as Y from 'yjs';
import type { PeerId } from '../../ports/bus.ts';
import type { Cancel } from '../../ports/system.ts';
import type { ClientOwners } from './client-owners.ts';
import type { DocDoor } from './doc-door.ts';
import { readDocMessage, step1Message, updateMessage, type DocMessage } from './doc-message.ts';
import { opened, refusal, toPeer, type DocOutlet } from './doc-outlet.ts';
import { DocSession, type DocPeer } from './doc-session.ts';
import { Presence } from './presence.ts';
import type { StoredDoc } from './stored-doc.ts';
import { TranscriptDoor } from './transcript-door.ts';
import { WorkspaceDoc } from './workspace-doc.ts';
import { WorkspaceDoor } from './workspace-door.ts';

export interface OpenDocDeps {
  readonly stored: StoredDoc;
  readonly owners: ClientOwners;
  readonly outlet: DocOutlet;
}

/** One document and everybody who has it open. */
export class OpenDoc {
  readonly key: DocKey;
  readonly stored: StoredDoc;
  readonly #outlet: DocOutlet;
  readonly #door: DocDoor;
  readonly #presence: Presence;
  readonly #sessions = new Map<PeerId, DocSession>();
  #shown: Cancel | null = null;

  constructor({ stored, owners, outlet }: OpenDocDeps) {
    this.key = stored.key;
    this.stored = stored;
    this.#outlet = outlet;
    const expel = (session: DocSession, why: Fault) => this.#expel(session, why);
    this.#door =
      docKind(stored.key).kind === 'workspace'
        ? new WorkspaceDoor({
            stored,
            workspace: new WorkspaceDoc(stored, owners),
            outlet,
            expel,
            readers: () => this.readers,
          })
        : new TranscriptDoor(stored, expel);
    const tell = (message: Uint8Array) => outlet.pipeline.say({ type: 'presence', doc: stored.key, message });
    const typed = (user: UserId) => outlet.typed(stored.key, user);
    this.#presence = new Presence({ doc: stored.key, clock: outlet.clock, owners, tell, typed });
  }

  /** How many sockets have it open. */
  get readers(): number {
    return this.#sessions.size;
  }

  get isRead(): boolean {
    return this.readers > 0;
  }

  has(peer: PeerId): boolean {
    return this.#sessions.has(peer);
  }

  join(peer: DocPeer, name: DocName): void {
    this.leave(peer.peer);
    const session = new DocSession(peer, name);
    this.#sessions.set(peer.peer, session);
    this.#greet(session);
    const everybody = this.#presence.everybody();
    if (everybody) this.#outlet.pipeline.say(toPeer(session, [everybody]));
  }

  /** One frame of a peer; frames of a peer that has not opened the document, or was refused, are dropped. */
  message(peer: PeerId, bytes: Uint8Array): void {
    const session = this.#sessions.get(peer);
    if (session === undefined) return;
    const message = readDocMessage(bytes);
    if (message === null) this.#expel(session, fault('bad_frame'));
    else this.#handle(session, message);
  }

  /** Updates were dropped on the way to a slow peer: everything since it opened, once more. */
  resync(peer: PeerId): void {
    const session = this.#sessions.get(peer);
    // Without a state vector it has not asked for anything yet.
    if (session?.stateVector == null) return;
    this.#outlet.metrics.count('parley_resyncs_total');
    this.#sync(session, session.stateVector);
    const everybody = this.#presence.everybody();
    if (everybody) this.#outlet.pipeline.say(toPeer(session, [everybody]));
  }

  leave(peer: PeerId): void {
    // What it sent before it left is taken in.
    this.#door.flush();
    this.#sessions.delete(peer);
    this.#presence.leave(peer);
  }

  /** Rights of a peer changed: one that may no longer write is sent away, since its next edit would be lost. */
  setRights(peer: DocPeer): void {
    const session = this.#sessions.get(peer.peer);
    if (session === undefined) return;
    this.#door.flush();
    const before = this.#door.mayWrite(session);
    session.peer = peer;
    const now = this.#door.mayWrite(session);
    if (!peer.mayPresence) this.#presence.leave(peer.peer);
    if (before && !now) this.#expel(session, fault('forbidden', undefined, { capability: 'workspace.edit' }));
    if (!before && now) this.#greet(session);
  }

  /** Ends the sessions of everybody who may not read it. */
  restrict(may: (user: UserId) => boolean): void {
    for (const { peer, name } of [...this.#sessions.values()]) {
      if (may(peer.user.id)) continue;
      this.leave(peer.peer);
      this.#outlet.pipeline.say({ type: 'refused', peer: peer.peer, doc: name, fault: fault('not_found') });
    }
  }

  /**
   * A change by the server itself, in a document that people write; what they sent before comes first. `written` is
   * called when it is on disk, at once when nothing changed.
   */
  write(change: (doc: Y.Doc) => void, written: () => void): void {
    this.#door.flush();
    const update = this.stored.change(change);
    const { pipeline } = this.#outlet;
    if (update === null) return pipeline.say(written);
    const message = updateMessage(update);
    pipeline.commit(
      { updates: [{ doc: this.key, update }] },
      ...(this.isRead ? [{ type: 'update' as const, doc: this.key, message }] : []),
      written,
    );
  }

  /** Shows somebody in the document for a while who has no socket. */
  show(state: string, ms: number): void {
    this.#presence.present(state);
    this.#shown?.();
    this.#shown = this.#outlet.clock.after(ms, () => this.#presence.present(null));
  }

  dispose(): void {
    this.#shown?.();
    this.#door.flush();
    this.#presence.dispose();
    this.stored.dispose();
  }

  #greet(session: DocSession): void {
    const writable = this.#door.mayWrite(session);
    this.#outlet.pipeline.say(opened(session, this.key, writable));
    if (writable) this.#outlet.pipeline.say(toPeer(session, [step1Message(this.stored.stateVector())]));
  }

  #handle(session: DocSession, message: DocMessage): void {
    switch (message.kind) {
      case 'step1':
        return this.#step1(session, message.stateVector);
      case 'step2':
      case 'update':
        return this.#door.receive(session, message);
      case 'presence':
        return this.#receivePresence(session, message.entries);
      case 'query-presence': {
        const everybody = this.#presence.everybody();
        if (everybody) this.#outlet.pipeline.say(toPeer(session, [everybody]));
      }
    }
  }

  #step1(session: DocSession, stateVector: Uint8Array): void {
    // Kept for as long as the session: a copy, so that the frame it came in is not.
    if (this.#sync(session, stateVector)) session.stateVector = stateVector.slice();
  }

  /** Sends what somebody with this state vector misses; false when it was malformed and the peer is gone. */
  #sync(session: DocSession, stateVector: Uint8Array): boolean {
    const messages = this.stored.syncFor(stateVector);
    if (messages === null) this.#expel(session, fault('bad_frame'));
    else this.#outlet.pipeline.say(toPeer(session, messages));
    return messages !== null;
  }

  #receivePresence(session: DocSession, entries: Uint8Array): void {
    if (!session.peer.mayPresence) return;
    const { peer, user } = session.peer;
    if (!this.#presence.receive(peer, user, entries)) this.#expel(session, fault('bad_frame'));
  }

  #expel(session: DocSession, why: Fault): void {
    // It may have left, or come back as another session, since the frame arrived.
    if (this.#sessions.get(session.peer.peer) !== session) return;
    this.#sessions.delete(session.peer.peer);
    this.#presence.leave(session.peer.peer);
    this.#outlet.pipeline.say(refusal(this.#outlet, session, why));
  }
}
