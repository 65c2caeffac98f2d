import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusingRevoked } from '@parley/server/edge/revocations';
import { Sockets } from '@parley/server/edge/sockets';
import { Upgrades } from '@parley/server/edge/upgrade';
import type { EdgeMessage } from '@parley/server/ports/bus';
import { docKeyFor } from '@parley/shared/documents';
import { decodeFrame, Down } from '@parley/shared/socket';
import type { Standing } from '@parley/shared/roles';
import { must } from '@parley/shared/assert';
import { WebSocket } from 'ws';
import { EdgeWorld, testToken, testVerify, type EdgeWorldOptions, type ScriptedRoom } from './edge-world.ts';

/** Addresses of the room `den`. */
export const SOCKET = '/v1/rooms/den/socket';
export const DOC = '/v1/rooms/den/docs/transcript';
export const WORKSPACE = '/v1/rooms/den/docs/workspace';

/** An update of a document, and the sign of life, as they stand on the wire. */
export const UPDATE = Uint8Array.from([0, 2, 2, 0, 0]);
export const KEEP_ALIVE = Uint8Array.from([1, 1, 0]);

export const SPEAKER: Standing = { tenantRole: 'member', role: 'speaker' };

/** The edge behind real sockets, with nothing real below it. */
export class SocketWorld extends EdgeWorld {
  readonly sockets = new Sockets(this.clock, this.metrics);
  draining = false;
  #server: Server | null = null;
  #clients: TestSocket[] = [];

  static async start(options: EdgeWorldOptions = {}): Promise<SocketWorld> {
    const world = new SocketWorld(options);
    const { links, clock, ids, log, metrics, tickets, sockets } = world;
    const { verify = testVerify, allowed = [], development = false } = options;
    const upgrades = new Upgrades({
      links,
      verify: refusingRevoked(verify, world.revocations),
      revocations: world.revocations,
      clock,
      ids,
      log,
      metrics,
      tickets,
      sockets,
      origins: { allowed, loopbackOnly: development },
      draining: () => world.draining,
    });
    const server = createServer();
    server.on('upgrade', (request, socket, head) => upgrades.handle(request, socket, head));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    world.#server = server;
    return world;
  }

  get host(): string {
    return `127.0.0.1:${(must(this.#server, 'started').address() as AddressInfo).port}`;
  }

  /** A room that lets everybody in and opens every document, writable if it is a workspace. */
  openRoom(name: string, standing: Standing = SPEAKER): ScriptedRoom {
    const room = this.room(name);
    room.onMessage = (message) => letIn(room, message, standing);
    return room;
  }

  connect(path: string, { as = 'ana', token = testToken({ user: as }), ...options }: ConnectOptions = {}): TestSocket {
    const protocols = options.protocols ?? (token === null ? ['parley.v1'] : ['parley.v1', `bearer.${token}`]);
    const socket = new TestSocket(`ws://${this.host}${path}`, protocols, options.headers ?? {});
    this.#clients.push(socket);
    return socket;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.ws.terminate();
    // The server does not read a socket whose document loads, so it is told.
    const gone = this.sockets.closeAll(0);
    this.clock.advance(0);
    await gone;
    const server = must(this.#server, 'started');
    await new Promise((resolve) => server.close(resolve));
  }
}

export interface ConnectOptions {
  readonly as?: string;
  readonly token?: string | null;
  readonly protocols?: string[];
  readonly headers?: Record<string, string>;
}

function letIn(room: ScriptedRoom, message: EdgeMessage, standing: Standing): void {
  if (message.type === 'attach') room.say({ type: 'attached', peer: message.peer, standing, levels: {} });
  if (message.type !== 'open') return;
  const { peer, doc } = message;
  const by = room.heard.find((heard) => heard.type === 'attach' && heard.peer === peer);
  const user = must(by?.type === 'attach' ? by.principal.user : undefined, 'an attached peer');
  room.say({ type: 'opened', peer, doc, key: docKeyFor(doc, user), writable: doc.startsWith('workspace') });
}

/** A client's end of a socket that keeps what arrives until it is asked for. */
export class TestSocket {
  readonly ws: WebSocket;
  readonly frames: Uint8Array[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly opened: Promise<void>;
  #waiting: (() => void)[] = [];

  constructor(url: string, protocols: string[], headers: Record<string, string>) {
    this.ws = new WebSocket(url, protocols, { headers });
    this.ws.on('message', (data: Buffer) => {
      this.frames.push(new Uint8Array(data));
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.closed = new Promise((resolve) =>
      this.ws.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    this.opened = new Promise((resolve, reject) => {
      this.ws.once('open', resolve);
      this.ws.once('error', reject);
    });
    // A refused upgrade is looked at through `opened` alone.
    this.opened.catch(() => {});
  }

  /** Sends when the socket is open, in order. */
  send(data: Uint8Array | string): void {
    void this.opened.then(() => this.ws.send(data));
  }

  /** The next frame, in order. */
  async next(): Promise<Uint8Array> {
    while (this.frames.length === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return must(this.frames.shift(), 'a frame');
  }

  /** The next control message of one type; others before it are passed over. */
  async says<T extends Down['type']>(type: T): Promise<Extract<Down, { type: T }>> {
    for (;;) {
      const frame = decodeFrame(await this.next());
      if (frame?.kind !== 'control') continue;
      const message = Down.parse(JSON.parse(frame.json));
      if (message.type === type) return message as Extract<Down, { type: T }>;
    }
  }
}
