import type { ClientEnv, KeyValueStore } from '@parley/client/env';
import { LiveRoom } from '@parley/client/live-room';
import type { RoomClient } from '@parley/client/room-client';
import { TestClock } from './clock.ts';
import { mulberry32 } from './ids.ts';
import { TinyRoomServer } from './tiny-room-server.ts';

export interface ClientWorld {
  readonly clock: TestClock;
  readonly server: TinyRoomServer;
  readonly store: KeyValueStore & { readonly values: Map<string, string> };
  /** Says to every client that the network is back. */
  networkBack(): void;
  /** … and that it is gone; sockets do not notice. */
  networkGone(): void;
  /** A client of `user`; closed with the world. */
  client(user?: string, token?: () => string | Promise<string>): RoomClient;
  close(): void;
}

/** Clients and a tiny server that share one clock and hold every frame. */
export function clientWorld(seed = 1): ClientWorld {
  const clock = new TestClock();
  const server = new TinyRoomServer();
  const random = mulberry32(seed);
  const online = new Set<() => void>();
  const offline = new Set<() => void>();
  const clients: RoomClient[] = [];
  const store = mapStore();
  let made = 0;
  const env: ClientEnv = {
    dial: server.dial,
    clock,
    store,
    random,
    newId: () => `item-${++made}`,
    onOnline: (listener) => {
      online.add(listener);
      return () => online.delete(listener);
    },
    onOffline: (listener) => {
      offline.add(listener);
      return () => offline.delete(listener);
    },
  };
  return {
    clock,
    server,
    store,
    networkBack: () => online.forEach((listener) => listener()),
    networkGone: () => offline.forEach((listener) => listener()),
    client(user = 'ana', token = () => user) {
      const client = new LiveRoom({ server: 'https://parley.test/', room: 'lobby', token }, env);
      clients.push(client);
      return client;
    },
    close: () => clients.forEach((client) => client.close()),
  };
}

function mapStore(): ClientWorld['store'] {
  const values = new Map<string, string>();
  return {
    values,
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}
