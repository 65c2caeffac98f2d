import { browserEnv } from '@parley/client/browser-env';
import type { ClientEnv } from '@parley/client/env';
import { LiveRoom } from '@parley/client/live-room';
import type { RoomClient } from '@parley/client/room-client';
import type { RoomViewModel } from '@parley/client/view';
import { WebSocket, type RawData } from 'ws';

export interface NodeClientOptions {
  readonly server: string;
  readonly room: string;
  readonly token: () => string | Promise<string>;
  /** How much faster than real time the client's own timers run; 1 when absent. */
  readonly haste?: number;
}

/** The Parley client against a real server, on a line that a test may cut. */
export class NodeClient {
  readonly room: RoomClient;
  /** How often it opened a connection. */
  dials = 0;
  #socket: WebSocket | null = null;
  #deaf = false;

  constructor({ haste = 1, ...options }: NodeClientOptions) {
    const host = browserEnv();
    const clock = { now: host.clock.now, after: (ms: number, task: () => void) => host.clock.after(ms / haste, task) };
    this.room = new LiveRoom(options, { ...host, clock, dial: this.#dial });
  }

  get view(): RoomViewModel {
    return this.room.view;
  }

  /** Resolves with the first view that is as wanted. */
  until(wanted: (view: RoomViewModel) => boolean): Promise<RoomViewModel> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!wanted(this.view)) return;
        stop();
        resolve(this.view);
      };
      const stop = this.room.subscribe(look);
      look();
    });
  }

  /** Online, with the room's own lane in step. */
  async online(): Promise<this> {
    await this.until(({ connection, room }) => connection.kind === 'online' && room.loaded);
    return this;
  }

  /** From now on, and until the line is cut, nothing that the server says arrives. */
  goDeaf(): void {
    this.#deaf = true;
  }

  /** The line breaks: neither side is told. */
  cut(): void {
    this.#deaf = false;
    this.#socket?.terminate();
  }

  close(): void {
    this.room.close();
  }

  readonly #dial: ClientEnv['dial'] = (url, protocols, events) => {
    this.dials += 1;
    const socket = new WebSocket(url, [...protocols]);
    this.#socket = socket;
    socket.on('message', (data, isBinary) => {
      if (!this.#deaf) events.message(isBinary ? bytesOf(data) : null);
    });
    // A connection that fails is closed next, which says it all.
    socket.on('error', () => {});
    socket.on('close', (code) => events.closed(code));
    return {
      send: (bytes) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
      },
      close: () => socket.close(),
    };
  };
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
