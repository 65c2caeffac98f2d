import type { UserId } from '@parley/shared/ids';
import { personKey, type Tenant } from '../../core/tenant.ts';
import type { Cancel } from '../../ports/system.ts';
import { Listeners } from './listeners.ts';

/** Since when tokens of which people are refused, in memory: every request asks. */
export class Revocations {
  readonly #at = new Map<string, number>();
  readonly #listeners = new Listeners<[Tenant, UserId]>();

  at(tenant: Tenant, user: UserId): number | null {
    return this.#at.get(personKey(tenant, user)) ?? null;
  }

  add(tenant: Tenant, user: UserId, at: number): void {
    this.hold(tenant, user, at);
    this.#listeners.tell(tenant, user);
  }

  /** Takes in one that was made before. A clock that went back lets nobody in again. */
  hold(tenant: Tenant, user: UserId, at: number): void {
    this.#at.set(personKey(tenant, user), Math.max(at, this.at(tenant, user) ?? at));
  }

  watch(revoked: (tenant: Tenant, user: UserId) => void): Cancel {
    return this.#listeners.add(revoked);
  }
}
