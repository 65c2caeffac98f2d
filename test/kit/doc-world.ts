import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { mintTenant } from '@parley/server/core/tenant';
import type { OwnerMessage, PeerId } from '@parley/server/ports/bus';
import type { Journal } from '@parley/server/ports/journal';
import type { DocPeer } from '@parley/server/room/documents/doc-session';
import { Documents } from '@parley/server/room/documents/documents';
import { Pipeline } from '@parley/server/room/pipeline';
import { docNameOf, type DocKey, type DocName } from '@parley/shared/documents';
import { RoomId, UserId } from '@parley/shared/ids';
import { must } from '@parley/shared/assert';
import { TestClock } from './clock.ts';
import { RecordingLog } from './log.ts';
import { RecordingMetrics } from './metrics.ts';

export const REF = { tenant: must(mintTenant('acme'), 'a tenant'), room: RoomId.parse('r1') };

type Told<T extends OwnerMessage['type']> = Extract<OwnerMessage, { type: T }>;

/** The documents of one room with everything around them but the room: journal, pipeline, time, and who has what open. */
export class DocWorld {
  readonly clock = new TestClock();
  readonly log = new RecordingLog();
  readonly metrics = new RecordingMetrics();
  readonly journal: Journal;
  readonly pipeline: Pipeline;
  readonly documents: Documents;
  /** Everything said, in order. */
  readonly said: OwnerMessage[] = [];
  /** Who began to type beside which document. */
  readonly typed: [DocKey, UserId][] = [];
  readonly #listeners = new Map<string, (message: OwnerMessage) => void>();

  private constructor(journal: Journal, taken: Awaited<ReturnType<Journal['acquire']>>) {
    this.journal = journal;
    const { clock, log, metrics } = this;
    const deps = { ref: REF, journal, clock, log, metrics, ...taken };
    this.pipeline = new Pipeline({
      ...deps,
      publish: (message) => this.#publish(message),
      broken: (why, error) => log.error('pipeline.broken', { why, error: String(error) }),
    });
    const typed = (doc: DocKey, user: UserId) => void this.typed.push([doc, user]);
    this.documents = new Documents({ ...deps, pipeline: this.pipeline, typed });
  }

  /** A room's owner takes over what this journal holds. */
  static async open(journal: Journal = new MemoryJournal()): Promise<DocWorld> {
    const world = new DocWorld(journal, await journal.acquire(REF));
    world.documents.restore(await journal.read(REF, 0));
    return world;
  }

  /** The parts of a document as they are on disk. */
  stored(doc: Parameters<Journal['loadDoc']>[1]): Promise<readonly Uint8Array[]> {
    return this.journal.loadDoc(REF, doc);
  }

  /** Resolves when everything received so far is taken in, on disk and said. */
  async settle(): Promise<void> {
    for (let seen = -1; seen !== this.said.length;) {
      seen = this.said.length;
      // Updates are taken in at the end of the tick they arrive in.
      await new Promise<void>((resolve) => queueMicrotask(resolve));
      await this.pipeline.settled();
    }
  }

  /** Carries what is said to one peer about one document to its listener, as an edge would. */
  listen(peer: PeerId, name: DocName, listener: (message: OwnerMessage) => void): () => void {
    const id = `${peer} ${name}`;
    this.#listeners.set(id, listener);
    return () => this.#listeners.delete(id);
  }

  /** What was said to one peer, of one kind. */
  toldTo<T extends OwnerMessage['type']>(peer: PeerId, type: T): Told<T>[] {
    return this.said.filter((one): one is Told<T> => one.type === type && 'peer' in one && one.peer === peer);
  }

  told<T extends OwnerMessage['type']>(type: T): Told<T>[] {
    return this.said.filter((one): one is Told<T> => one.type === type);
  }

  #publish(message: OwnerMessage): void {
    this.said.push(message);
    for (const [id, listener] of this.#listeners) if (concerns(message, id)) listener(message);
  }
}

/** A listener's id is `peer name`. */
function concerns(message: OwnerMessage, id: string): boolean {
  const [peer, name] = id.split(' ');
  if (message.type === 'update') return docNameOf(message.doc) === name && message.except !== peer;
  if (message.type === 'presence') return docNameOf(message.doc) === name;
  return 'doc' in message && 'peer' in message && message.peer === peer && message.doc === name;
}

let peers = 0;

/** A socket of a person who may do everything, unless told otherwise. */
export function docPeer(user: string, rights: Partial<Pick<DocPeer, 'mayEdit' | 'mayPresence'>> = {}): DocPeer {
  const peer = `${user}#${(peers += 1)}` as PeerId;
  return {
    peer,
    user: { id: UserId.parse(user), name: user.toUpperCase(), color: '#123456' },
    mayEdit: true,
    mayPresence: true,
    ...rights,
  };
}
