import type { Dial, DialEvents, Dialled } from '@parley/client/env';

/** What is under way in one direction; a close travels behind the messages before it. */
type Held =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'close'; readonly code: number };

/** The server's end of a pair. */
export interface ServerEnd {
  readonly url: string;
  readonly protocols: readonly string[];
  onMessage: (bytes: Uint8Array) => void;
  /** Once, also when the link is dropped. */
  onClose: () => void;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(code: number): void;
}

/**
 * Two joined sockets that hold every message until the test delivers it. Messages are cloned when sent,
 * never reordered, and lost only with the whole link.
 */
export class WirePair {
  readonly server: ServerEnd;
  readonly client: Dialled;
  readonly #events: DialEvents;
  #up: Held[] = [];
  #down: Held[] = [];
  #clientKnows = false;
  #serverKnows = false;

  constructor(url: string, protocols: readonly string[], events: DialEvents) {
    this.#events = events;
    const up = this.#direction(() => this.#up);
    const down = this.#direction(() => this.#down);
    this.client = { send: up.send, close: () => up.close(1005) };
    this.server = { url, protocols, onMessage: () => {}, onClose: () => {}, ...down };
  }

  /** Messages under way, client to server and server to client. */
  get held(): { readonly up: number; readonly down: number } {
    return { up: this.#up.length, down: this.#down.length };
  }

  /** Delivers up to `count` messages to the server; how many it were. What is sent meanwhile waits. */
  deliverUp(count = this.#up.length): number {
    return this.#deliver(
      () => this.#up.shift(),
      Math.min(count, this.#up.length),
      (bytes) => this.server.onMessage(bytes),
    );
  }

  /** Delivers up to `count` messages to the client; how many it were. What is sent meanwhile waits. */
  deliverDown(count = this.#down.length): number {
    return this.#deliver(
      () => this.#down.shift(),
      Math.min(count, this.#down.length),
      (bytes) => this.#events.message(bytes),
    );
  }

  /** Hands the client a frame of text, which no server of ours sends. */
  deliverText(): void {
    this.#events.message(null);
  }

  /** Cuts the link: what is under way is lost, and both ends learn that the other is gone. */
  drop(): void {
    this.#end(1006);
  }

  /** Cuts the link without telling the client, as when a phone loses its network. */
  freeze(): void {
    this.#up = [];
    this.#down = [];
    this.#endServer();
  }

  #direction(queue: () => Held[]) {
    let closing = false;
    const hold = (message: Held) => {
      if (!closing && !this.#serverKnows && !this.#clientKnows) queue().push(message);
    };
    return {
      send: (bytes: Uint8Array<ArrayBuffer>) => hold({ kind: 'bytes', bytes: bytes.slice() }),
      close: (code: number) => {
        hold({ kind: 'close', code });
        closing = true;
      },
    };
  }

  #deliver(next: () => Held | undefined, count: number, take: (bytes: Uint8Array) => void): number {
    let delivered = 0;
    for (; delivered < count; delivered += 1) {
      const held = next();
      if (!held) break;
      if (held.kind === 'bytes') take(held.bytes);
      else this.#end(held.code);
    }
    return delivered;
  }

  #end(code: number): void {
    this.#up = [];
    this.#down = [];
    this.#endServer();
    if (this.#clientKnows) return;
    this.#clientKnows = true;
    this.#events.closed(code);
  }

  #endServer(): void {
    if (this.#serverKnows) return;
    this.#serverKnows = true;
    this.server.onClose();
  }
}

/** A dial whose every connection is a held pair, handed to `accept`. */
export function dialPairs(accept: (pair: WirePair) => void): Dial {
  return (url, protocols, events) => {
    const pair = new WirePair(url, protocols, events);
    accept(pair);
    return pair.client;
  };
}
