import { decodeFrame, encodeControl } from '@parley/shared/socket';
import type { Command } from '@parley/shared/commands';
import { WebSocket } from 'ws';

/** A person on Parley's own socket, for commands. */
export class RoomPerson {
  readonly #socket: WebSocket;
  readonly #ready: Promise<unknown>;
  readonly #answers = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  #requests = 0;

  /** `url` is the room's, without `/socket`. */
  constructor(url: string, token: string) {
    this.#socket = new WebSocket(`${url}/socket`, ['parley.v1', `bearer.${token}`], { perMessageDeflate: false });
    this.#ready = new Promise((resolve, reject) => {
      this.#socket.once('message', resolve);
      this.#socket.on('error', reject);
      this.#socket.on('close', (code) => this.#lost(new Error(`closed ${code}`), reject));
    });
    this.#socket.on('message', (data) => this.#receive(data as Buffer));
  }

  /** Resolves when the server has answered; rejects when it refused. */
  async command(command: Command): Promise<void> {
    await this.#ready;
    const request = ++this.#requests;
    const answered = new Promise<void>((resolve, reject) => this.#answers.set(request, { resolve, reject }));
    this.#socket.send(encodeControl({ type: 'command', request, command }));
    return answered;
  }

  close(): void {
    this.#socket.close();
  }

  #receive(data: Buffer): void {
    const frame = decodeFrame(data);
    if (frame?.kind !== 'control') return;
    const message = JSON.parse(frame.json) as { type: string; request?: number };
    const answer = this.#answers.get(message.request ?? 0);
    if (answer === undefined) return;
    this.#answers.delete(message.request ?? 0);
    if (message.type === 'reply') answer.resolve();
    else answer.reject(new Error(frame.json));
  }

  #lost(error: Error, reject: (error: Error) => void): void {
    reject(error);
    for (const answer of this.#answers.values()) answer.reject(error);
    this.#answers.clear();
  }
}
