export { connect } from './connect.ts';
export { browserEnv } from './browser-env.ts';
export { roomHook } from './react.ts';
export type { ClientClock, ClientEnv, Dial, DialEvents, Dialled, KeyValueStore } from './env.ts';
export type { Addressed, Asked, ConnectOptions, RoomChange, RoomClient, RoomDetails } from './room-client.ts';
export type { ConnectionView, LaneView, OutboxItem, Person, RoomViewModel } from './view.ts';
