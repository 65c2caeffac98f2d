import { must } from '@parley/shared/assert';
import type { RoomId, UserId } from '@parley/shared/ids';
import type { RoomRole } from '@parley/shared/roles';
import type { Database, Statement } from 'better-sqlite3';
import { mintTenant, type Tenant } from '../../core/tenant.ts';
import type { People, RoomOverview } from '../../ports/people.ts';
import type { Cancel } from '../../ports/system.ts';
import type { GroupCommit } from './group-commit.ts';
import { Revocations } from './revocations.ts';

/** People as the lists of rooms know them, and a table of revocations that is read once. */
export class SqlitePeople implements People {
  readonly #writes: GroupCommit;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #revocations = new Revocations();

  constructor(db: Database, writes: GroupCommit) {
    this.#writes = writes;
    this.#sql = prepare(db);
    for (const { tenant, user, at } of this.#sql.revocations.all())
      this.#revocations.hold(must(mintTenant(tenant), 'a stored tenant'), user, at);
  }

  async rooms(tenant: Tenant, after: string | null, limit: number): Promise<readonly RoomOverview[]> {
    return this.#sql.rooms
      .all(tenant.id, after ?? '', limit)
      .map((room) => ({ ...room, members: this.#sql.members.all(tenant.id, room.id) }));
  }

  async waiting(tenant: Tenant): Promise<number> {
    return must(this.#sql.waiting.get(tenant.id), 'a sum has one row').sum;
  }

  async revoke(tenant: Tenant, user: UserId, at: number): Promise<void> {
    await this.#writes.run(() => this.#sql.revoke.run(tenant.id, user, at));
    this.#revocations.add(tenant, user, at);
  }

  revokedAt(tenant: Tenant, user: UserId): number | null {
    return this.#revocations.at(tenant, user);
  }

  watch(revoked: (tenant: Tenant, user: UserId) => void): Cancel {
    return this.#revocations.watch(revoked);
  }
}

function prepare(db: Database) {
  const rooms: Statement<[string, string, number], Omit<RoomOverview, 'members'>> = db.prepare(`
    SELECT room AS id, title, created_at AS createdAt, waiting FROM rooms
    WHERE tenant = ? AND room > ? AND title IS NOT NULL ORDER BY room LIMIT ?`);
  const waiting: Statement<[string], { sum: number }> = db.prepare(
    'SELECT coalesce(sum(waiting), 0) AS sum FROM rooms WHERE tenant = ? AND title IS NOT NULL',
  );
  const members: Statement<[string, RoomId], { user: UserId; role: RoomRole }> = db.prepare(
    'SELECT user, role FROM members WHERE tenant = ? AND room = ? ORDER BY user',
  );
  const revoke: Statement<[string, UserId, number]> = db.prepare(`
    INSERT INTO revocations (tenant, user, at) VALUES (?, ?, ?)
    ON CONFLICT (tenant, user) DO UPDATE SET at = max(at, excluded.at)`);
  const revocations: Statement<[], { tenant: string; user: UserId; at: number }> = db.prepare(
    'SELECT tenant, user, at FROM revocations',
  );
  return { rooms, waiting, members, revoke, revocations };
}
