import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Cancel, Clock } from '../ports/system.ts';
import { ASKED_HARD, QUEUE_HARD, QUEUE_SOFT, STALL_MS } from './limits.ts';

/** How many bytes of waiting pieces are handed to the socket at a time. */
const PIECE_WINDOW = 256 * 1024;

export interface OutletDeps {
  readonly ws: WebSocket;
  /** The connection under `ws`, as its upgrade handed it over. */
  readonly socket: Duplex;
  readonly clock: Clock;
  /** The reader is too slow: close it. Called at most once. */
  readonly tooSlow: () => void;
  /** The reader caught up after something was refused. */
  readonly caughtUp: () => void;
}

interface Waiting {
  readonly bytes: Uint8Array;
  /** False for bytes that all readers share: they cost this peer nothing until they are in its socket. */
  readonly own: boolean;
}

/**
 * What leaves through one socket, in order and within bounds: up to {@link QUEUE_SOFT} bytes wait for a
 * slow reader; beyond it droppable frames are refused, and at {@link QUEUE_HARD}, or after
 * {@link STALL_MS} above the soft bound, the reader is given up.
 *
 * Frames are written to the connection itself, beside `ws`. That is sound because the server never
 * negotiates compression, so `ws` sends each of its own frames whole, in the call, and to the same
 * stream; and because nothing is written unless `ws` is open. The upgrade refuses to build an outlet for
 * a socket with extensions.
 */
export class Outlet {
  readonly #deps: OutletDeps;
  readonly #waiting: Waiting[] = [];
  #ownWaiting = 0;
  #sharedWaiting = 0;
  #cancelStall: Cancel | null = null;
  #givenUp = false;

  constructor(deps: OutletDeps) {
    if (deps.ws.extensions !== '') throw new Error('an outlet writes frames without extensions');
    this.#deps = deps;
    deps.socket.on('drain', () => this.#pump());
  }

  /** Bytes this peer holds in memory. */
  get queued(): number {
    return this.#deps.socket.writableLength + this.#ownWaiting;
  }

  /** Sends a frame, or returns false when the reader is behind. The caller makes up for it later. */
  offer(frame: Uint8Array): boolean {
    if (this.queued > QUEUE_SOFT) {
      this.#behind();
      return false;
    }
    this.send(frame);
    return true;
  }

  /** Sends a frame that must arrive. */
  send(frame: Uint8Array): void {
    if (this.#waiting.length === 0) return this.#write(frame);
    this.#waiting.push({ bytes: frame, own: true });
    this.#ownWaiting += frame.length;
    this.#judge();
  }

  /**
   * Sends a frame whose body may be shared by many readers: it waits here until the socket takes it, and
   * counts for nothing but {@link ASKED_HARD}.
   */
  sendShared(frame: { readonly head: Uint8Array; readonly body: Uint8Array }): void {
    if (this.#sharedWaiting >= ASKED_HARD) return this.#giveUp();
    this.#sharedWaiting += frame.head.length + frame.body.length;
    this.#waiting.push({ bytes: frame.head, own: false }, { bytes: frame.body, own: false });
    this.#pump();
  }

  /** Forgets what waits; nothing is sent any more. */
  close(): void {
    this.#givenUp = true;
    this.#waiting.length = 0;
    this.#ownWaiting = 0;
    this.#sharedWaiting = 0;
    this.#cancelStall?.();
  }

  #write(bytes: Uint8Array): void {
    if (this.#deps.ws.readyState !== this.#deps.ws.OPEN) return;
    // True while nearly nothing waits: then there is nothing to judge.
    if (!this.#deps.socket.write(bytes)) this.#judge();
  }

  #pump(): void {
    const { socket } = this.#deps;
    socket.cork();
    let taken = 0;
    while (taken < this.#waiting.length && socket.writableLength < PIECE_WINDOW) {
      const next = this.#waiting[taken++];
      if (next === undefined) break;
      if (next.own) this.#ownWaiting -= next.bytes.length;
      else this.#sharedWaiting -= next.bytes.length;
      this.#write(next.bytes);
    }
    socket.uncork();
    this.#waiting.splice(0, taken);
    if (this.#cancelStall !== null && this.queued <= QUEUE_SOFT) this.#recovered();
  }

  #judge(): void {
    if (this.queued >= QUEUE_HARD) this.#giveUp();
  }

  #behind(): void {
    this.#cancelStall ??= this.#deps.clock.after(STALL_MS, () => this.#giveUp());
  }

  #recovered(): void {
    this.#cancelStall?.();
    this.#cancelStall = null;
    this.#deps.caughtUp();
  }

  #giveUp(): void {
    if (this.#givenUp) return;
    this.#givenUp = true;
    this.#deps.tooSlow();
  }
}
