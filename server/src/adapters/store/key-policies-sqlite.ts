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

  /** Rejects when the row is none. */
  async get(tenant: Tenant): Promise<KeyPolicy | null> {
    const row = this.#sql.get.get(tenant.id);
    return row === undefined ? null : { personal: isSet(row.personal), fallback: isSet(row.fallback) };
  }

  async set(tenant: Tenant, { personal, fallback }: KeyPolicy): Promise<void> {
    await this.#writes.run(() => this.#sql.put.run(tenant.id, Number(personal), Number(fallback)));
  }
}

/** Throws when it is neither: the store was changed behind our back, and nobody decided that. */
function isSet(stored: number): boolean {
  if (stored !== 0 && stored !== 1) throw new RangeError('a stored key policy is neither yes nor no');
  return stored === 1;
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
