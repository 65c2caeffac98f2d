import { readDocMessage, step1Message } from '@parley/server/room/documents/doc-message';
import { decodeFrame, Down, encodeControl, encodeDocFrame, type Up } from '@parley/shared/socket';
import { WebSocket } from 'ws';

/**
 * One person's real socket: keeps every frame it is sent, byte for byte, and opens every document it is told of, once
 * what is under way is over: when exactly it would come to open one meanwhile is left to chance.
 */
export class FrameReader {
  readonly frames: string[] = [];
  /** Of all documents. It comes when its time is over: between which other frames is left to chance. */
  readonly presence: string[] = [];
  readonly #socket: WebSocket;
  readonly #opened = new Set<string>();
  readonly #named = new Set<string>();
  readonly #replies = new Map<number, () => void>();
  #requests = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#take(new Uint8Array(data)));
  }

  static async open(url: string, token: string): Promise<FrameReader> {
    const socket = new WebSocket(url, ['parley.v1', `bearer.${token}`]);
    const reader = new FrameReader(socket);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    for (const doc of ['transcript', 'transcript.me', 'workspace']) reader.#open(doc);
    await reader.settled();
    return reader;
  }

  /** What was decided before has arrived, and so have the documents that it named: answers stand in order (W19). */
  async settled(): Promise<void> {
    for (let known = -1; known !== this.#opened.size;) {
      known = this.#opened.size;
      await this.#ask();
      for (const doc of this.#named) if (!this.#opened.has(doc)) this.#open(doc);
    }
  }

  leave(): void {
    this.#socket.terminate();
  }

  #ask(): Promise<void> {
    const request = (this.#requests += 1);
    return new Promise((resolve) => {
      this.#replies.set(request, resolve);
      this.#say({ type: 'command', request, command: { type: 'room.get' } });
    });
  }

  #open(doc: string): void {
    this.#opened.add(doc);
    this.#say({ type: 'open', doc });
  }

  #say(message: Up): void {
    this.#socket.send(encodeControl(message));
  }

  #take(payload: Uint8Array): void {
    const frame = decodeFrame(payload);
    const isPresence = frame?.kind === 'doc' && readDocMessage(frame.message)?.kind === 'presence';
    (isPresence ? this.presence : this.frames).push(Buffer.from(payload).toString('latin1'));
    if (frame?.kind !== 'control') return;
    const message = Down.parse(JSON.parse(frame.json));
    if (message.type === 'documents') for (const { doc } of message.items) this.#named.add(doc);
    if (message.type === 'opened') this.#socket.send(encodeDocFrame(message.doc, step1Message(new Uint8Array([0]))));
    if (message.type === 'reply') this.#replies.get(message.request)?.();
  }
}
