import type { UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Tenant } from '../../core/tenant.ts';
import type { Authority, Readers } from '../../ports/authority.ts';
import { READERS_NAMED, type ResourceTable, type SaidQuery, type SaidResource } from '../../ports/resource-table.ts';
import type { Cancel } from '../../ports/system.ts';
import { Listeners } from '../store/listeners.ts';

interface Kept {
  readonly readers: ReadonlySet<UserId>;
  readonly byAdmin: boolean;
}

/** Who may read what, for as long as the process lives. */
export class MemoryAuthority implements Authority, ResourceTable {
  readonly #kept = new Map<string, Map<ResourceId, Kept>>();
  readonly #watchers = new Listeners<[Tenant, readonly ResourceId[]]>();

  async readers(tenant: Tenant, resources: readonly ResourceId[], users: readonly UserId[]): Promise<Readers> {
    const kept = this.#of(tenant);
    return new Map(
      resources.flatMap((resource) => {
        const known = kept.get(resource);
        return known === undefined ? [] : [[resource, new Set(users.filter((user) => known.readers.has(user)))]];
      }),
    );
  }

  async learn(tenant: Tenant, resource: ResourceId, readers: readonly UserId[]): Promise<void> {
    if (this.#of(tenant).get(resource)?.byAdmin !== true) this.#keep(tenant, resource, { readers, byAdmin: false });
  }

  watch(changed: Parameters<Authority['watch']>[0]): Cancel {
    return this.#watchers.add(changed);
  }

  async readersOf(tenant: Tenant, resource: ResourceId): Promise<readonly UserId[] | null> {
    const known = this.#of(tenant).get(resource);
    return known?.byAdmin === true ? [...known.readers].toSorted() : null;
  }

  async said(tenant: Tenant, { after, limit, reader }: SaidQuery): Promise<readonly SaidResource[]> {
    return [...this.#of(tenant)]
      .filter(([resource, { byAdmin }]) => byAdmin && (after === null || resource > after))
      .filter(([, { readers }]) => reader === null || readers.has(reader))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([resource, { readers }]) => {
        return { resource, readers: [...readers].toSorted().slice(0, READERS_NAMED), count: readers.size };
      });
  }

  async put(tenant: Tenant, resource: ResourceId, readers: readonly UserId[]): Promise<void> {
    this.#keep(tenant, resource, { readers, byAdmin: true });
  }

  async drop(tenant: Tenant, resource: ResourceId): Promise<boolean> {
    const dropped = this.#of(tenant).get(resource)?.byAdmin === true && this.#of(tenant).delete(resource);
    if (dropped) this.#watchers.tell(tenant, [resource]);
    return dropped;
  }

  #keep(tenant: Tenant, resource: ResourceId, said: { readers: readonly UserId[]; byAdmin: boolean }): void {
    this.#of(tenant).set(resource, { readers: new Set(said.readers), byAdmin: said.byAdmin });
    this.#watchers.tell(tenant, [resource]);
  }

  #of(tenant: Tenant): Map<ResourceId, Kept> {
    const known = this.#kept.get(tenant.id) ?? new Map<ResourceId, Kept>();
    this.#kept.set(tenant.id, known);
    return known;
  }
}
