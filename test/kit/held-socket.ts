import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import type { ServerEnd } from './wire-pair.ts';

type Ready = typeof WebSocket.OPEN | typeof WebSocket.CLOSING | typeof WebSocket.CLOSED;

/**
 * The server's WebSocket on one end of a held pair. Messages that arrive while it is paused wait, as in a
 * socket's buffer; every ping is answered at once, since nobody here is silent without being cut off.
 */
export class HeldSocket extends WebSocket {
  override readyState: Ready = WebSocket.OPEN;
  readonly #end: ServerEnd;
  #reading = true;
  #unread: Uint8Array[] = [];

  constructor(end: ServerEnd) {
    // The types of `ws` leave out the options that its constructor reads for a server's socket.
    // @ts-expect-error -- see above
    super(null, undefined, {});
    this.#end = end;
    end.onMessage = (bytes) => this.#receive(bytes);
    end.onClose = () => {
      this.readyState = WebSocket.CLOSED;
      this.emit('close', 1006, Buffer.alloc(0));
    };
  }

  override pause(): void {
    this.#reading = false;
  }

  override resume(): void {
    this.#reading = true;
    for (const bytes of this.#unread.splice(0)) this.#receive(bytes);
  }

  override ping(): void {
    this.emit('pong', Buffer.alloc(0));
  }

  override close(code = 1005): void {
    if (this.readyState !== WebSocket.OPEN) return;
    this.readyState = WebSocket.CLOSING;
    this.#end.close(code);
  }

  override terminate(): void {
    this.close(1006);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#reading) this.emit('message', Buffer.from(bytes), true);
    else this.#unread.push(bytes);
  }
}

/** The connection under a {@link HeldSocket}: takes the server's raw frames apart and hands over their payloads. */
export class FrameSink extends Duplex {
  readonly #take: (payload: Uint8Array<ArrayBuffer>) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(take: (payload: Uint8Array<ArrayBuffer>) => void) {
    super();
    this.#take = take;
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let frame = nextFrame(this.#rest); frame !== null; frame = nextFrame(this.#rest)) {
      this.#rest = frame.rest;
      this.#take(Uint8Array.from(frame.payload));
    }
    done();
  }
}

/** The first whole frame (RFC 6455, unmasked) of some bytes; null when there is none yet. */
function nextFrame(bytes: Buffer): { payload: Buffer; rest: Buffer } | null {
  if (bytes.length < 2) return null;
  const short = bytes.readUInt8(1);
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < header) return null;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < header + length) return null;
  return { payload: bytes.subarray(header, header + length), rest: bytes.subarray(header + length) };
}
