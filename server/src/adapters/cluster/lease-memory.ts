import { roomKey, type RoomRef } from '../../core/tenant.ts';
import type { HeldLease, Lease, LeaseAnswer } from '../../ports/lease.ts';

/** Which node of this process runs which room. A server alone is its only node; a simulation has several. */
export class MemoryLeases {
  readonly #held = new Map<string, MemoryLease>();

  /** The leases as one node asks for them. A node that asks again for what it holds gets the same lease. */
  forNode(node: string): Lease {
    return { acquire: async (ref) => this.#acquire(node, roomKey(ref)) };
  }

  /** Takes a room from whoever holds it, as the passing of time does to a lease that was not renewed. */
  expire(ref: RoomRef): void {
    const key = roomKey(ref);
    const lease = this.#held.get(key);
    this.#held.delete(key);
    lease?.lose();
  }

  #acquire(node: string, key: string): LeaseAnswer {
    const holder = this.#held.get(key);
    if (holder)
      return holder.node === node ? { kind: 'held', lease: holder } : { kind: 'elsewhere', node: holder.node };
    const lease: MemoryLease = new MemoryLease(node, () => {
      // A lease that was lost and then released must not free the next holder's.
      if (this.#held.get(key) === lease) this.#held.delete(key);
    });
    this.#held.set(key, lease);
    return { kind: 'held', lease };
  }
}

class MemoryLease implements HeldLease {
  readonly node: string;
  readonly #lost = new AbortController();
  readonly #free: () => void;

  constructor(node: string, free: () => void) {
    this.node = node;
    this.#free = free;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    this.#free();
  }

  lose(): void {
    this.#lost.abort();
  }
}
