import type { RoomRef } from '../../../core/tenant.ts';
import type { HeldLease } from '../../../ports/lease.ts';
import type { Cancel, Clock, Log } from '../../../ports/system.ts';
import { LEASE_MS, type Holder, type LeaseKeys } from './lease-keys.ts';

export interface RenewedLeaseDeps {
  readonly keys: LeaseKeys;
  readonly ref: RoomRef;
  readonly holder: Holder;
  readonly clock: Clock;
  readonly log: Log;
  /** It is lost or released. */
  readonly gone: () => void;
}

/** Renewed at a third of its time. */
const RENEWED_MS = LEASE_MS / 3;

/** A room that this node holds, until it gives it back or finds another holder in its place. */
export class RenewedLease implements HeldLease {
  readonly #deps: RenewedLeaseDeps;
  readonly #lost = new AbortController();
  #over = false;
  #cancel: Cancel;

  constructor(deps: RenewedLeaseDeps) {
    this.#deps = deps;
    this.#cancel = this.#later();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    if (this.#over) return;
    this.stop();
    this.#deps.gone();
    const { keys, ref, holder, log } = this.#deps;
    // What cannot be given back runs out.
    await keys.free(ref, holder).catch((error: unknown) => log.debug('lease.not-released', { error: String(error) }));
  }

  /** Renews it now, and again and again. Who cannot ask keeps it. */
  renew(): void {
    if (this.#over) return;
    this.#cancel();
    this.#cancel = this.#later();
    const { keys, ref, holder, log } = this.#deps;
    keys.keep(ref, holder).then(
      (kept) => {
        if (!kept) this.#lose();
      },
      (error: unknown) => log.debug('lease.not-renewed', { error: String(error) }),
    );
  }

  /** Renews it no more. */
  stop(): void {
    this.#over = true;
    this.#cancel();
  }

  #later(): Cancel {
    return this.#deps.clock.after(RENEWED_MS, () => this.renew());
  }

  #lose(): void {
    if (this.#over) return;
    this.stop();
    this.#deps.gone();
    this.#deps.log.info('lease.lost', { room: this.#deps.ref.room });
    this.#lost.abort();
  }
}
