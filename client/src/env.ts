/** All that the client asks of its host. The browser's is in browser-env.ts; tests hand in their own. */
export interface ClientEnv {
  readonly dial: Dial;
  readonly clock: ClientClock;
  readonly store: KeyValueStore;
  /** A number in [0, 1), for the jitter of reconnection. */
  readonly random: () => number;
  /** A fresh unguessable id of letters, digits, `_` and `-`. */
  readonly newId: () => string;
  /** Calls `listener` when the host says that the network is back. */
  readonly onOnline: (listener: () => void) => Cancel;
  /** … and that it is gone: sockets may not notice for long. */
  readonly onOffline: (listener: () => void) => Cancel;
}

export type Cancel = () => void;

export interface ClientClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once, `ms` from now; the result cancels it. */
  after(ms: number, task: () => void): Cancel;
}

/** Small strings that outlive a reload of the page, not the tab. Never throws. */
export interface KeyValueStore {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
}

/**
 * Opens one socket. Throws when `url` or `protocols` cannot be used at all; every later failure is
 * `closed`, which comes exactly once and last, also after `close()`. No event comes during the call.
 */
export type Dial = (url: string, protocols: readonly string[], events: DialEvents) => Dialled;

export interface DialEvents {
  /** null: a frame that is not binary. */
  message(bytes: Uint8Array | null): void;
  closed(code: number): void;
}

export interface Dialled {
  /** Does nothing once the socket is closing. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
}
