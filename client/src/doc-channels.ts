import type { Fault } from '@parley/shared/fault';
import { fault } from '@parley/shared/fault';
import * as encoding from 'lib0/encoding';
import { messageAwareness, type WebsocketProvider } from 'y-websocket';
import type { ChannelCarrier, ProviderSocket } from './doc-channel.ts';
import { DocChannel } from './doc-channel.ts';
import type { ClientClock } from './env.ts';
import { VANISHED, closeCodeOf } from './link-end.ts';
import type { SocketSession } from './socket-session.ts';

export interface ChannelEvents {
  /** The provider opened a new channel. */
  created(channel: DocChannel): void;
  /** Why the document is about to be closed; the channel's own close follows. */
  closing(why: Fault): void;
}

type SocketConstructor = WebsocketProvider['_WS'];

/** How long a channel may be quiet before its provider is told that the socket lives. */
const QUIET_MS = 10_000;
/** Bytes; well above the largest update a server takes, well below the largest frame it reads. */
const MAX_MESSAGE = 1024 * 1024;
const NOBODY_NEW = emptyAwareness();

/** The documents that are open on the shared socket, by name; one channel each. */
export class DocChannels {
  readonly #session: Pick<SocketSession, 'online' | 'send' | 'sendDocument'>;
  readonly #clock: ClientClock;
  readonly #events = new Map<string, ChannelEvents>();
  readonly #open = new Map<string, { readonly channel: DocChannel; heardAt: number }>();
  readonly #carrier: ChannelCarrier = {
    open: (channel) => this.#start(channel),
    send: (channel, message) => this.#send(channel, message),
    close: (channel) => this.#stop(channel),
  };

  constructor(session: Pick<SocketSession, 'online' | 'send' | 'sendDocument'>, clock: ClientClock) {
    this.#session = session;
    this.#clock = clock;
  }

  /** A WebSocket class for the provider of one document. */
  socketFor(doc: string, events: ChannelEvents): SocketConstructor {
    const carrier = this.#carrier;
    class Socket extends DocChannel {
      constructor(_url: string | URL) {
        super(doc, carrier);
        events.created(this);
      }
    }
    this.#events.set(doc, events);
    const used: new (url: string | URL) => ProviderSocket = Socket;
    // The provider's type asks for all of WebSocket; it uses what ProviderSocket names and no more.
    return used as SocketConstructor;
  }

  /** Nobody asks for this document any more. */
  forget(doc: string): void {
    this.#events.delete(doc);
  }

  opened(doc: string): void {
    const open = this.#open.get(doc);
    if (open) open.channel.opened();
    else this.#session.send({ type: 'close', doc });
  }

  closed(doc: string, why: Fault): void {
    const open = this.#open.get(doc);
    if (!open) return;
    this.#open.delete(doc);
    this.#events.get(doc)?.closing(why);
    open.channel.ended(closeCodeOf(why.code), why.code);
  }

  saved(doc: string, count: number): void {
    this.#open.get(doc)?.channel.countSaved(count);
  }

  /**
   * Hands a message to its document. A provider gives up after 30 s without a message of its own; but
   * a channel is as alive as the socket that carries it, so quiet ones hear an empty presence message.
   */
  receive(doc: string, message: Uint8Array): void {
    const now = this.#clock.now();
    for (const [name, open] of this.#open) {
      if (name !== doc && now - open.heardAt < QUIET_MS) continue;
      open.heardAt = now;
      open.channel.receive(name === doc ? message : NOBODY_NEW);
    }
  }

  /** The socket is gone, and every channel with it. */
  lost(): void {
    const ended = [...this.#open.values()];
    this.#open.clear();
    for (const { channel } of ended) channel.ended(VANISHED, 'the connection was lost');
  }

  #start(channel: DocChannel): void {
    this.#open.set(channel.doc, { channel, heardAt: this.#clock.now() });
    if (this.#session.send({ type: 'open', doc: channel.doc })) return;
    this.#open.delete(channel.doc);
    // A constructor's caller listens only after it returns.
    queueMicrotask(() => channel.ended(VANISHED, 'there is no connection'));
  }

  /** A frame beyond what a server reads would cost the whole connection, and each one after it. */
  #send(channel: DocChannel, message: Uint8Array): void {
    if (message.length <= MAX_MESSAGE) return this.#session.sendDocument(channel.doc, message);
    queueMicrotask(() => {
      if (this.#open.get(channel.doc)?.channel !== channel) return;
      this.#session.send({ type: 'close', doc: channel.doc });
      this.closed(channel.doc, fault('too_large'));
    });
  }

  #stop(channel: DocChannel): void {
    if (this.#open.get(channel.doc)?.channel !== channel) return;
    this.#open.delete(channel.doc);
    this.#session.send({ type: 'close', doc: channel.doc });
  }
}

function emptyAwareness(): Uint8Array {
  const body = encoding.createEncoder();
  encoding.writeVarUint(body, 0);
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, messageAwareness);
  encoding.writeVarUint8Array(encoder, encoding.toUint8Array(body));
  return encoding.toUint8Array(encoder);
}
