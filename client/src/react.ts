import type { RoomClient } from './room-client.ts';
import type { RoomViewModel } from './view.ts';

/** The one part of React that is used, so that this package does not depend on it. */
export interface ReactLike {
  useSyncExternalStore<T>(subscribe: (listener: () => void) => () => void, snapshot: () => T): T;
}

/**
 * Makes the hook of an app's own React: `const useRoom = roomHook(React)`, then
 * `const view = useRoom(client)` in a component; it renders again with each new view.
 */
export function roomHook(react: ReactLike): (client: RoomClient) => RoomViewModel {
  // React compares `subscribe` by identity and would subscribe anew at each render.
  const subscribers = new WeakMap<RoomClient, (listener: () => void) => () => void>();
  return (client) => {
    const subscribe = subscribers.get(client) ?? ((listener: () => void) => client.subscribe(listener));
    subscribers.set(client, subscribe);
    return react.useSyncExternalStore(subscribe, () => client.view);
  };
}
