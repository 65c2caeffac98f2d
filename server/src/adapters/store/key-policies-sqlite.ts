import type { Database, Statement } from 'better-sqlite3';
import type { Tenant } from '../../core/tenant.ts';
import type { KeyPolicy, KeyPolicyTable } from '../../ports/provider-keys.ts';
import type { GroupCommit } from './group-commit.ts';

/** One row for each tenant whose admin decided something. */
export class SqliteKeyPolicies implements KeyPolicyTable {
  readonly #writes: GroupCommit;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, writes: GroupCommit) {
    this.#writes = writes;
    this.#sql = prepare(db);
  }

  async get(tenant: Tenant): Promise<KeyPolicy | 'unreadable' | null> {
    const row = this.#sql.get.get(tenant.id);
    if (row === undefined) return null;
    return [row.personal, row.fallback].every(isYesOrNo)
      ? { personal: row.personal === 1, fallback: row.fallback === 1 }
      : 'unreadable';
  }

  async set(tenant: Tenant, { personal, fallback }: KeyPolicy): Promise<void> {
    await this.#writes.run(() => this.#sql.put.run(tenant.id, Number(personal), Number(fallback)));
  }
}

/** Where it is neither, the store was changed behind our back, and nobody decided that. */
function isYesOrNo(stored: number): boolean {
  return stored === 0 || stored === 1;
}

function prepare(db: Database) {
  const get: Statement<[string], { personal: number; fallback: number }> = db.prepare(
    'SELECT personal, fallback FROM key_policies WHERE tenant = ?',
  );
  const put: Statement<[string, number, number]> = db.prepare(
    'INSERT OR REPLACE INTO key_policies (tenant, personal, fallback) VALUES (?, ?, ?)',
  );
  return { get, put };
}
