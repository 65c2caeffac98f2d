import { step1Message } from '@parley/server/room/documents/doc-message';
import { encodeControl, encodeDocFrame, type Up } from '@parley/shared/socket';
import { WebSocket } from 'ws';
import type { RealServer, RestPerson } from './server.ts';

/** Everything that one person received, over every way in. */
export class Observer {
  readonly person: RestPerson;
  readonly #server: RealServer;
  readonly #seen: Buffer[] = [];
  readonly #sockets: WebSocket[] = [];
  readonly #leaving = new AbortController();

  constructor(server: RealServer, person: RestPerson) {
    this.#server = server;
    this.person = person;
  }

  /** All documents over one socket, and each over a stock one. */
  async look(room: string): Promise<void> {
    const base = `${this.#server.socketUrl}/v1/rooms/${room}`;
    const docs = ['transcript', 'transcript.me', 'workspace'];
    const all = await this.#open(`${base}/socket`);
    for (const doc of docs) {
      all.send(encodeControl({ type: 'open', doc } satisfies Up));
      all.send(encodeDocFrame(doc, step1Message(new Uint8Array([0]))));
      (await this.#open(`${base}/docs/${doc}`)).send(step1Message(new Uint8Array([0])));
    }
    void this.#follow(`${this.#server.url}/v1/rooms/${room}/events`);
  }

  /** Every question that HTTP knows. */
  async ask(room: string, turns: readonly string[]): Promise<void> {
    const paths = [
      '',
      '/members',
      '/transcript',
      '/transcript?lane=me',
      '/export',
      ...turns.flatMap((turn) => [`/turns/${turn}`, `/turns/${turn}/events`]),
    ];
    for (const path of ['/v1/rooms', ...paths.map((rest) => `/v1/rooms/${room}${rest}`)])
      await this.#get(`${this.#server.url}${path}`);
    for (const turn of turns)
      this.#saw(JSON.stringify(await this.person.call('POST', `/v1/rooms/${room}/turns/${turn}/stop`)));
  }

  get text(): string {
    return Buffer.concat(this.#seen).toString();
  }

  leave(): void {
    for (const socket of this.#sockets) socket.terminate();
    this.#leaving.abort();
  }

  #saw(part: string | Uint8Array): void {
    this.#seen.push(Buffer.from(part));
  }

  async #open(url: string): Promise<WebSocket> {
    const socket = new WebSocket(url, ['parley.v1', `bearer.${this.person.token}`]);
    this.#sockets.push(socket);
    socket.on('message', (data: Buffer) => this.#saw(data));
    socket.on('close', (code, reason) => this.#saw(`closed ${code} ${reason.toString()}`));
    await new Promise((resolve) => socket.once('open', resolve));
    return socket;
  }

  async #get(url: string): Promise<void> {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${this.person.token}` },
      signal: AbortSignal.timeout(5_000),
    });
    this.#saw(JSON.stringify([...response.headers]));
    // The events of a turn that ended end by themselves.
    this.#saw(await response.text());
  }

  async #follow(url: string): Promise<void> {
    try {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${this.person.token}` },
        signal: this.#leaving.signal,
      });
      for await (const part of response.body ?? []) this.#saw(part);
    } catch {
      // The test is over, or the person was removed.
    }
  }
}
