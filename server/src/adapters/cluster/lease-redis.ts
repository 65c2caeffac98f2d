import { roomKey, type RoomRef } from '../../core/tenant.ts';
import type { Lease, LeaseAnswer } from '../../ports/lease.ts';
import type { Clock, Ids, Log } from '../../ports/system.ts';
import { isNodeName, LeaseKeys } from './redis/lease-keys.ts';
import type { RedisLine } from './redis/redis-line.ts';
import { RenewedLease } from './redis/renewed-lease.ts';

export interface RedisLeasesDeps {
  readonly line: RedisLine;
  /** What the others call this node: letters, digits, `.`, `_`, `-`. */
  readonly node: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** When Redis comes back it may be empty: those who ran rooms say so first, before a free room is taken for one that nobody runs. */
const GRACE_MS = 2_000;

/**
 * Which node runs which room, kept in Redis for as long as somebody renews it. While Redis does not answer, who holds a
 * room keeps it and nobody gets another one: the lease is a hint, and the journal refuses whoever is wrong.
 */
export class RedisLeases implements Lease {
  readonly #deps: RedisLeasesDeps;
  readonly #keys: LeaseKeys;
  readonly #held = new Map<string, RenewedLease>();
  readonly #asked = new Map<string, Promise<LeaseAnswer>>();
  /** Until when no room is taken that is free; 0 on the first connection. */
  #graceEnds = 0;
  #connected = false;

  constructor(deps: RedisLeasesDeps) {
    if (!isNodeName(deps.node)) throw new Error('a name of a node has letters, digits, `.`, `_` and `-` alone');
    this.#deps = deps;
    this.#keys = new LeaseKeys(deps.line);
    deps.line.open({ up: () => this.#up(), down: () => {}, message: () => {} });
  }

  acquire(ref: RoomRef): Promise<LeaseAnswer> {
    const key = roomKey(ref);
    const held = this.#held.get(key);
    if (held !== undefined) return Promise.resolve({ kind: 'held', lease: held });
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked;
    const asking = this.#ask(ref, key).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asking);
    return asking;
  }

  /** Ends the connection; what is still held runs out by itself. */
  close(): void {
    for (const lease of this.#held.values()) lease.stop();
    this.#deps.line.close();
  }

  async #ask(ref: RoomRef, key: string): Promise<LeaseAnswer> {
    const { node, ids, clock, log } = this.#deps;
    const holder = { node, token: ids.next('l') };
    try {
      const found = await this.#keys.take(ref, holder, clock.now() >= this.#graceEnds);
      if (found === null) return { kind: 'unavailable' };
      if (found.token !== holder.token) return { kind: 'elsewhere', node: found.node };
    } catch (error) {
      log.debug('lease.not-asked', { error: String(error) });
      return { kind: 'unavailable' };
    }
    const gone = (): void => {
      if (this.#held.get(key) === lease) this.#held.delete(key);
    };
    const lease: RenewedLease = new RenewedLease({ ...this.#deps, keys: this.#keys, ref, holder, gone });
    this.#held.set(key, lease);
    return { kind: 'held', lease };
  }

  #up(): void {
    if (this.#connected) this.#graceEnds = this.#deps.clock.now() + GRACE_MS;
    this.#connected = true;
    for (const lease of this.#held.values()) lease.renew();
  }
}
