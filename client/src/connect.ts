import { browserEnv } from './browser-env.ts';
import type { ClientEnv } from './env.ts';
import { LiveRoom } from './live-room.ts';
import type { ConnectOptions, RoomClient } from './room-client.ts';

/** Connects a person to a room and keeps them connected until `close()`. */
export function connect(options: ConnectOptions, env: ClientEnv = browserEnv()): RoomClient {
  return new LiveRoom(options, env);
}
