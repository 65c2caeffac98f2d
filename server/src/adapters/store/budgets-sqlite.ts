import type { Database, Statement } from 'better-sqlite3';
import { scopeKey } from '../../core/budget/scopes.ts';
import { mintTenant, tenantKey, type Tenant } from '../../core/tenant.ts';
import type { BudgetTable, SetScope, UsedTokens } from '../../ports/budgets.ts';
import type { GroupCommit } from './group-commit.ts';
import { dayOf } from './usage-sums.ts';

/** Limits in a table that is read once; what was used stands in the table that every batch adds to. */
export class SqliteBudgets implements BudgetTable {
  readonly #writes: GroupCommit;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #limits = new Map<string, number | 'unreadable'>();

  constructor(db: Database, writes: GroupCommit) {
    this.#writes = writes;
    this.#sql = prepare(db);
    for (const { tenant: id, scope, tokens } of this.#sql.all.all()) {
      const tenant = mintTenant(id);
      // Nobody is of such a tenant: it limits nobody, and keeps no server from starting.
      if (tenant !== null) this.#limits.set(`${tenantKey(tenant)}/${scope}`, isTokens(tokens) ? tokens : 'unreadable');
    }
  }

  limit(tenant: Tenant, scope: SetScope): number | 'unreadable' | null {
    return this.#limits.get(keyOf(tenant, scope)) ?? null;
  }

  async setLimit(tenant: Tenant, scope: SetScope, tokens: number | null): Promise<void> {
    const key = scopeKey(scope);
    await this.#writes.run(() =>
      tokens === null ? this.#sql.drop.run(tenant.id, key) : this.#sql.put.run(tenant.id, key, tokens),
    );
    if (tokens === null) this.#limits.delete(keyOf(tenant, scope));
    else this.#limits.set(keyOf(tenant, scope), tokens);
  }

  used(tenant: Tenant, month: string): readonly UsedTokens[] {
    const first = new Date(`${month}-01T00:00:00Z`);
    const next = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 1);
    return this.#sql.used
      .all(tenant.id, dayOf(first.getTime()), dayOf(next))
      .map((row) => ({ ...row, private: row.private === 1 }));
  }
}

/** Where it is not, the store was changed behind our back, and nobody set that. */
function isTokens(stored: number): boolean {
  return Number.isSafeInteger(stored) && stored >= 0;
}

/** A tenant's id holds no slash. */
function keyOf(tenant: Tenant, scope: SetScope): string {
  return `${tenantKey(tenant)}/${scopeKey(scope)}`;
}

function prepare(db: Database) {
  const all: Statement<[], { tenant: string; scope: string; tokens: number }> = db.prepare(
    'SELECT tenant, scope, tokens FROM budgets',
  );
  const put: Statement<[string, string, number]> = db.prepare(`
    INSERT INTO budgets (tenant, scope, tokens) VALUES (?, ?, ?)
    ON CONFLICT (tenant, scope) DO UPDATE SET tokens = excluded.tokens`);
  const drop: Statement<[string, string]> = db.prepare('DELETE FROM budgets WHERE tenant = ? AND scope = ?');
  const used: Statement<[string, number, number], Omit<UsedTokens, 'private'> & { readonly private: number }> =
    db.prepare(`
    SELECT user, room, private <> '' AS private, sum(input) AS inputTokens, sum(cached) AS cachedTokens,
    sum(output) AS outputTokens FROM usage WHERE tenant = ? AND day >= ? AND day < ?
    GROUP BY user, room, private <> ''`);
  return { all, put, drop, used };
}
