import { fault } from '@parley/shared/fault';
import type { Cancel, Clock, Metrics } from '../ports/system.ts';
import { KEEP_ALIVE_MS } from './limits.ts';
import type { PeerSocket } from './peer-socket.ts';

/** Beats are spread over so many slices, so that ten thousand sockets do not speak in one tick. */
const SLICES = 15;

/** All sockets of this node: keeps them alive while the server runs and closes them when it ends. */
export class Sockets {
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #slices: readonly Set<PeerSocket>[] = Array.from({ length: SLICES }, () => new Set<PeerSocket>());
  readonly #empty: (() => void)[] = [];
  #next = 0;
  #size = 0;
  #cancelBeat: Cancel | null = null;

  constructor(clock: Clock, metrics: Metrics) {
    this.#clock = clock;
    this.#metrics = metrics;
  }

  add(socket: PeerSocket): void {
    this.#slices[this.#next % SLICES]?.add(socket);
    this.#next += 1;
    this.#resize(1);
    if (this.#cancelBeat === null) this.#beatLater(0);
  }

  remove(socket: PeerSocket): void {
    if (!this.#slices.some((slice) => slice.delete(socket))) return;
    this.#resize(-1);
    if (this.#size > 0) return;
    this.#cancelBeat?.();
    this.#cancelBeat = null;
    for (const resolve of this.#empty.splice(0)) resolve();
  }

  /** Asks every socket to come back later; resolves when all are gone, by force after `graceMs`. */
  closeAll(graceMs: number): Promise<void> {
    if (this.#size === 0) return Promise.resolve();
    const gone = new Promise<void>((resolve) => this.#empty.push(resolve));
    this.#clock.after(graceMs, () => this.#each((socket) => socket.terminate()));
    this.#each((socket) => socket.close(fault('unavailable', 'The server is restarting.')));
    return gone;
  }

  #each(action: (socket: PeerSocket) => void): void {
    for (const slice of this.#slices) for (const socket of slice) action(socket);
  }

  #beatLater(slice: number): void {
    this.#cancelBeat = this.#clock.after(KEEP_ALIVE_MS / SLICES, () => {
      this.#beatLater((slice + 1) % SLICES);
      for (const socket of this.#slices[slice] ?? []) socket.beat();
    });
  }

  #resize(by: number): void {
    this.#size += by;
    this.#metrics.gauge('parley_peers', this.#size);
  }
}
