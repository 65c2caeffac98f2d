import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { MemoryPeople } from '@parley/server/adapters/store/people-memory';
import { Revocations } from '@parley/server/edge/revocations';
import type { Principal } from '@parley/server/core/people/principal';
import { PeerSocket } from '@parley/server/edge/peer-socket';
import type { RoomLinks } from '@parley/server/edge/room-links';
import type { Clock, Ids, Log } from '@parley/server/ports/system';
import { readDocMessage, step1Message } from '@parley/server/room/documents/doc-message';
import { ENTRIES, LIVE } from '@parley/shared/documents';
import type { Entry } from '@parley/shared/entry';
import type { Fault } from '@parley/shared/fault';
import { decodeFrame, Down, encodeControl, encodeDocFrame } from '@parley/shared/socket';
import * as Y from 'yjs';
import { FrameSink, HeldSocket } from './held-socket.ts';
import { RecordingMetrics } from './metrics.ts';
import { REF } from './room-ref.ts';

export interface OnlookerDeps {
  readonly links: RoomLinks;
  readonly principal: Principal;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Whose documents this one goes on with, as somebody does who comes back. */
  readonly before?: Onlooker;
}

/** A socket of one person that keeps every frame it is sent, byte for byte, and what it learned from them. */
export class Onlooker {
  readonly frames: Uint8Array[] = [];
  /** Close code of the socket; null while it is open. */
  code: number | null = null;
  /** What it was told it may open, last. */
  listed: readonly string[] = [];
  readonly closed: { readonly doc: string; readonly fault: Fault }[] = [];
  readonly #docs = new Map<string, Y.Doc>();
  readonly #had: ReadonlyMap<string, Y.Doc>;
  readonly #send: (bytes: Uint8Array) => void;
  /** Closes the socket from this side. */
  readonly leave: () => void;

  constructor({ links, principal, clock, ids, log, before }: OnlookerDeps) {
    this.#had = before === undefined ? new Map() : before.#docs;
    const end = {
      url: '',
      protocols: [],
      onMessage: (_bytes: Uint8Array): void => {},
      onClose: (): void => {},
      send: (): void => {},
      close: (code: number): void => {
        this.code = code;
        end.onClose();
      },
    };
    const ws = new HeldSocket(end);
    const socket = new PeerSocket(
      {
        ...{ links, clock, ids, log },
        metrics: new RecordingMetrics(),
        verify: { verify: async () => ({ kind: 'invalid', reason: 'signature' }) },
        revocations: new Revocations(new MemoryPeople(new MemoryJournal())),
        refused: () => {},
        gone: () => {},
      },
      ws,
      new FrameSink((payload) => this.#take(payload)),
    );
    this.#send = (bytes) => end.onMessage(bytes);
    this.leave = () => end.onClose();
    const credential = { principal, expiresAt: clock.now() + 86_400_000 };
    void socket.admit(Promise.resolve({ ok: true, value: credential }), { kind: 'room', room: REF.room });
  }

  open(doc: string): void {
    this.#send(encodeControl({ type: 'open', doc }));
  }

  /** What a document that it opened shows; null when it has not got it. */
  entries(doc: string): readonly Entry[] | null {
    return this.#docs.get(doc)?.getArray<Entry>(ENTRIES).toArray() ?? null;
  }

  /** Texts of running answers that a document shows. */
  live(doc: string): readonly string[] {
    const texts = this.#docs.get(doc)?.getMap<Y.Text>(LIVE).values() ?? [];
    return [...texts].map((text) => text.toJSON());
  }

  #take(payload: Uint8Array): void {
    this.frames.push(payload);
    const frame = decodeFrame(payload);
    if (frame?.kind === 'control') this.#hear(Down.parse(JSON.parse(frame.json)));
    if (frame?.kind === 'doc') this.#sync(frame.doc, frame.message);
  }

  #hear(message: Down): void {
    if (message.type === 'documents') this.listed = message.items.map(({ doc }) => doc);
    if (message.type === 'closed') {
      this.closed.push({ doc: message.doc, fault: message.fault });
      this.#docs.delete(message.doc);
    }
    if (message.type !== 'opened' || this.#docs.has(message.doc)) return;
    const doc = this.#had.get(message.doc) ?? new Y.Doc();
    this.#docs.set(message.doc, doc);
    this.#send(encodeDocFrame(message.doc, step1Message(Y.encodeStateVector(doc))));
  }

  #sync(name: string, bytes: Uint8Array): void {
    const doc = this.#docs.get(name);
    const message = readDocMessage(bytes);
    if (doc && (message?.kind === 'step2' || message?.kind === 'update')) Y.applyUpdate(doc, message.update);
  }
}
