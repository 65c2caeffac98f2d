import type { DocName } from '@parley/shared/documents';
import type { Fault } from '@parley/shared/fault';
import { FAULTS } from '@parley/shared/fault';
import { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { DocChannel } from './doc-channel.ts';
import type { DocChannels } from './doc-channels.ts';

export interface SyncedDocOptions {
  readonly name: DocName | `transcript.${string}`;
  readonly channels: DocChannels;
  /** False where nobody's presence is shown, to save its renewals. */
  readonly presence: boolean;
  readonly online: () => boolean;
}

export interface SyncedDocEvents {
  /** The document holds all that the server had when it was opened. */
  synced(): void;
  /** `doc` and `awareness` are about to be replaced by fresh ones; `old` can be read a last time. */
  renewing(old: Y.Doc): void;
  renewed(): void;
  /** It is not this person's to read any more. */
  lost?(): void;
}

/** Faults after which a document here may hold what the server's does not: Yjs cannot take it back. */
const CONTENT_REFUSED: ReadonlySet<Fault['code']> = new Set([
  'bad_update',
  'bad_frame',
  'read_only',
  'forbidden',
  'too_large',
]);

const TAKEN_AWAY: ReadonlySet<Fault['code']> = new Set(['not_found', 'forbidden']);

/**
 * One document kept in step with the server by a stock provider on a channel. Reconnecting is the
 * session's business, so the provider is told when to connect and retries by itself only what the
 * server asked to wait for.
 */
export class SyncedDoc {
  readonly #options: SyncedDocOptions;
  readonly #events: SyncedDocEvents;
  #copy: Copy;
  #channel: DocChannel | null = null;
  /** Why the server closed the channel last. */
  #fault: Fault | null = null;
  /** A copy that never synced is empty already; making another would only ask again. */
  #copySynced = false;

  constructor(options: SyncedDocOptions, events: SyncedDocEvents) {
    this.#options = options;
    this.#events = events;
    this.#copy = this.#makeCopy();
  }

  get doc(): Y.Doc {
    return this.#copy.doc;
  }

  get awareness(): Awareness {
    return this.#copy.awareness;
  }

  /** In step on the present connection. */
  get synced(): boolean {
    return this.#copy.provider.synced;
  }

  /** The origin of changes that came from the server. */
  get remoteOrigin(): unknown {
    return this.#copy.provider;
  }

  get channel(): DocChannel | null {
    return this.#channel;
  }

  /** The session is online: open the document. */
  connect(): void {
    const { awareness, provider } = this.#copy;
    // Others have seen us leave at the present clock and would take the same clock for old news.
    awareness.setLocalState(awareness.getLocalState());
    provider.connect();
  }

  /** The server will not take what this copy holds beyond its own: a fresh one is loaded. Call it when synced. */
  refuse(): void {
    this.#renew();
  }

  destroy(): void {
    destroyCopy(this.#copy);
    this.#options.channels.forget(this.#options.name);
  }

  #makeCopy(): Copy {
    const { name, channels, presence, online } = this.#options;
    const doc = new Y.Doc();
    const awareness = new Awareness(doc);
    if (!presence) awareness.setLocalState(null);
    const provider = new WebsocketProvider('parley:', name, doc, {
      connect: false,
      disableBc: true,
      awareness,
      WebSocketPolyfill: channels.socketFor(name, {
        created: (channel) => (this.#channel = channel),
        closing: (why) => (this.#fault = why),
      }),
      shouldReconnect: () => online() && this.#waits(),
    });
    provider.on('sync', (synced: boolean) => synced && this.#onSynced());
    provider.on('closed', () => this.#onClosed());
    return { doc, awareness, provider };
  }

  #waits(): boolean {
    return this.#fault === null || FAULTS[this.#fault.code].remedy === 'wait';
  }

  #onSynced(): void {
    this.#copySynced = true;
    this.#fault = null;
    this.#events.synced();
  }

  #onClosed(): void {
    const why = this.#fault;
    this.#fault = null;
    if (why && this.#events.lost && TAKEN_AWAY.has(why.code)) this.#events.lost();
    else if (why && this.#copySynced && this.#options.online() && CONTENT_REFUSED.has(why.code)) this.#renew();
  }

  #renew(): void {
    const old = this.#copy;
    this.#events.renewing(old.doc);
    this.#copySynced = false;
    this.#copy = this.#makeCopy();
    destroyCopy(old);
    this.#events.renewed();
    this.#copy.provider.connect();
  }
}

interface Copy {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly provider: WebsocketProvider;
}

/** The awareness has a timer of its own that outlives the provider. */
function destroyCopy({ doc, awareness, provider }: Copy): void {
  provider.destroy();
  awareness.destroy();
  doc.destroy();
}
