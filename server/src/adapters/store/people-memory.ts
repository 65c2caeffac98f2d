import type { UserId } from '@parley/shared/ids';
import type { Tenant } from '../../core/tenant.ts';
import type { People, RoomOverview } from '../../ports/people.ts';
import type { Cancel } from '../../ports/system.ts';
import type { MemoryJournal } from './journal-memory.ts';
import { Revocations } from './revocations.ts';

/** People as a journal in memory lists them; revocations live as long as the process. */
export class MemoryPeople implements People {
  readonly #journal: Pick<MemoryJournal, 'overviews'>;
  readonly #revocations = new Revocations();

  constructor(journal: Pick<MemoryJournal, 'overviews'>) {
    this.#journal = journal;
  }

  async rooms(tenant: Tenant, after: string | null, limit: number): Promise<readonly RoomOverview[]> {
    return this.#journal
      .overviews(tenant)
      .filter(({ id }) => after === null || id > after)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  async waiting(tenant: Tenant): Promise<number> {
    return this.#journal.overviews(tenant).reduce((sum, { waiting }) => sum + waiting, 0);
  }

  async revoke(tenant: Tenant, user: UserId, at: number): Promise<void> {
    this.#revocations.add(tenant, user, at);
  }

  revokedAt(tenant: Tenant, user: UserId): number | null {
    return this.#revocations.at(tenant, user);
  }

  watch(revoked: (tenant: Tenant, user: UserId) => void): Cancel {
    return this.#revocations.watch(revoked);
  }
}
