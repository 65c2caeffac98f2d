import type { Cancel, ClientEnv, Dial, KeyValueStore } from './env.ts';

/** setTimeout fires at once for anything longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The client's surroundings in a browser; also in Node, with storage that lasts as long as the process. */
export function browserEnv(): ClientEnv {
  return {
    dial: dialWebSocket,
    clock: { now: () => Date.now(), after: startTimer },
    store: typeof sessionStorage === 'undefined' ? memoryStore() : sessionStore(sessionStorage),
    random: Math.random,
    newId: randomId,
    onOnline: (listener) => onWindow('online', listener),
    onOffline: (listener) => onWindow('offline', listener),
  };
}

const dialWebSocket: Dial = (url, protocols, events) => {
  const socket = new WebSocket(url, [...protocols]);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }: MessageEvent<unknown>) =>
    events.message(data instanceof ArrayBuffer ? new Uint8Array(data) : null);
  socket.onclose = ({ code }) => events.closed(code);
  return {
    send: (bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
    },
    close: () => socket.close(),
  };
};

function startTimer(ms: number, task: () => void): Cancel {
  const timer = setTimeout(task, Math.min(ms, LONGEST_TIMER_MS));
  return () => clearTimeout(timer);
}

/** `crypto.randomUUID` is missing on plain http pages; random values are not. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function onWindow(event: 'online' | 'offline', listener: () => void): Cancel {
  if (typeof window === 'undefined') return () => {};
  window.addEventListener(event, listener);
  return () => window.removeEventListener(event, listener);
}

/**
 * Storage that is full or forbidden throws. Then words live as long as the page, which is what the
 * person would have without it, so there is nothing better to do than to go on.
 */
function sessionStore(storage: Storage): KeyValueStore {
  const fallback = memoryStore();
  return {
    get(key) {
      try {
        return storage.getItem(key) ?? fallback.get(key);
      } catch {
        return fallback.get(key);
      }
    },
    set(key, value) {
      try {
        storage.setItem(key, value);
        fallback.remove(key);
      } catch {
        fallback.set(key, value);
      }
    },
    remove(key) {
      fallback.remove(key);
      try {
        storage.removeItem(key);
      } catch {
        return;
      }
    },
  };
}

function memoryStore(): KeyValueStore {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}
