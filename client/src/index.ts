export { connect } from './connect.ts';
export { browserEnv } from './browser-env.ts';
export { acceptInvite } from './accept-invite.ts';
export { Rest } from './rest.ts';
export { roomHook } from './react.ts';
export type { ClientClock, ClientEnv, Dial, DialEvents, Dialled, KeyValueStore } from './env.ts';
export type { Addressed, Asked, ConnectOptions, RoomChange, RoomClient, RoomDetails } from './room-client.ts';
export type { ConnectionView, LaneView, OutboxItem, Person, RoomViewModel } from './view.ts';
