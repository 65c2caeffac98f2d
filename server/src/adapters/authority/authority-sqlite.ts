import type { UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Database, Statement } from 'better-sqlite3';
import type { Tenant } from '../../core/tenant.ts';
import type { Authority, Readers } from '../../ports/authority.ts';
import { READERS_NAMED, type ResourceTable, type SaidQuery, type SaidResource } from '../../ports/resource-table.ts';
import type { Cancel } from '../../ports/system.ts';
import { Listeners } from '../store/listeners.ts';
import type { GroupCommit } from '../store/group-commit.ts';

/** Who may read what, in two tables; every way to a row begins at its tenant (R11). */
export class SqliteAuthority implements Authority, ResourceTable {
  readonly #writes: GroupCommit;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #watchers = new Listeners<[Tenant, readonly ResourceId[]]>();

  constructor(db: Database, writes: GroupCommit) {
    this.#writes = writes;
    this.#sql = prepare(db);
  }

  async readers(tenant: Tenant, resources: readonly ResourceId[], users: readonly UserId[]): Promise<Readers> {
    const known = resources.filter((resource) => this.#sql.resource.get(tenant.id, resource) !== undefined);
    const mayRead = (resource: ResourceId) => (user: UserId) =>
      this.#sql.reader.get(tenant.id, resource, user) !== undefined;
    return new Map(known.map((resource) => [resource, new Set(users.filter(mayRead(resource)))]));
  }

  async learn(tenant: Tenant, resource: ResourceId, readers: readonly UserId[]): Promise<void> {
    const kept = await this.#writes.run(() => {
      if (this.#saidByAdmin(tenant, resource)) return false;
      this.#replace(tenant, resource, { readers, byAdmin: 0 });
      return true;
    });
    if (kept) this.#watchers.tell(tenant, [resource]);
  }

  watch(changed: Parameters<Authority['watch']>[0]): Cancel {
    return this.#watchers.add(changed);
  }

  async readersOf(tenant: Tenant, resource: ResourceId): Promise<readonly UserId[] | null> {
    if (!this.#saidByAdmin(tenant, resource)) return null;
    return this.#sql.readers.all(tenant.id, resource, -1).map(({ user }) => user);
  }

  async said(tenant: Tenant, { after, limit, reader }: SaidQuery): Promise<readonly SaidResource[]> {
    const rows = this.#sql.said.all({ tenant: tenant.id, after: after ?? '', limit, reader });
    return rows.map(({ resource, count }) => {
      const readers = this.#sql.readers.all(tenant.id, resource, READERS_NAMED).map(({ user }) => user);
      return { resource, readers, count };
    });
  }

  async put(tenant: Tenant, resource: ResourceId, readers: readonly UserId[]): Promise<void> {
    await this.#writes.run(() => this.#replace(tenant, resource, { readers, byAdmin: 1 }));
    this.#watchers.tell(tenant, [resource]);
  }

  async drop(tenant: Tenant, resource: ResourceId): Promise<boolean> {
    const dropped = await this.#writes.run(
      () => this.#saidByAdmin(tenant, resource) && this.#sql.dropResource.run(tenant.id, resource).changes > 0,
    );
    if (dropped) this.#watchers.tell(tenant, [resource]);
    return dropped;
  }

  #saidByAdmin(tenant: Tenant, resource: ResourceId): boolean {
    return this.#sql.resource.get(tenant.id, resource)?.by_admin === 1;
  }

  /** Inside a write. */
  #replace(tenant: Tenant, resource: ResourceId, said: { readers: readonly UserId[]; byAdmin: 0 | 1 }): void {
    this.#sql.dropResource.run(tenant.id, resource);
    this.#sql.addResource.run(tenant.id, resource, said.byAdmin);
    for (const user of new Set(said.readers)) this.#sql.addReader.run(tenant.id, resource, user);
  }
}

function prepare(db: Database) {
  const resource: Statement<[string, ResourceId], { by_admin: 0 | 1 }> = db.prepare(
    'SELECT by_admin FROM resources WHERE tenant = ? AND resource = ?',
  );
  const reader: Statement<[string, ResourceId, UserId]> = db.prepare(
    'SELECT 1 FROM resource_readers WHERE tenant = ? AND resource = ? AND user = ?',
  );
  const readers: Statement<[string, ResourceId, number], { user: UserId }> = db.prepare(
    'SELECT user FROM resource_readers WHERE tenant = ? AND resource = ? ORDER BY user LIMIT ?',
  );
  const said: Statement<[SaidQuery & { tenant: string }], { resource: ResourceId; count: number }> = db.prepare(
    `SELECT resource, (SELECT COUNT(*) FROM resource_readers AS r WHERE r.tenant = @tenant AND r.resource = kept.resource) AS count
     FROM resources AS kept WHERE tenant = @tenant AND by_admin = 1 AND resource > @after AND (@reader IS NULL OR EXISTS
       (SELECT 1 FROM resource_readers AS r WHERE r.tenant = @tenant AND r.resource = kept.resource AND r.user = @reader))
     ORDER BY resource LIMIT @limit`,
  );
  const addResource: Statement<[string, ResourceId, 0 | 1]> = db.prepare(
    'INSERT INTO resources (tenant, resource, by_admin) VALUES (?, ?, ?)',
  );
  const addReader: Statement<[string, ResourceId, UserId]> = db.prepare(
    'INSERT INTO resource_readers (tenant, resource, user) VALUES (?, ?, ?)',
  );
  const dropResource: Statement<[string, ResourceId]> = db.prepare(
    'DELETE FROM resources WHERE tenant = ? AND resource = ?',
  );
  return { resource, reader, readers, said, addResource, addReader, dropResource };
}
