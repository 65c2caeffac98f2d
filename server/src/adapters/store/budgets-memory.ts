import { scopeKey } from '../../core/budget/scopes.ts';
import { tenantKey, type Tenant } from '../../core/tenant.ts';
import type { BudgetTable, SetScope, UsedTokens } from '../../ports/budgets.ts';
import type { MemoryAudit } from './audit-memory.ts';

/** Limits that live as long as the process, and what a memory journal's batches brought. */
export class MemoryBudgets implements BudgetTable {
  readonly #limits = new Map<string, number>();
  readonly #audit: MemoryAudit;

  constructor(audit: MemoryAudit) {
    this.#audit = audit;
  }

  limit(tenant: Tenant, scope: SetScope): number | null {
    return this.#limits.get(keyOf(tenant, scope)) ?? null;
  }

  async setLimit(tenant: Tenant, scope: SetScope, tokens: number | null): Promise<void> {
    if (tokens === null) this.#limits.delete(keyOf(tenant, scope));
    else this.#limits.set(keyOf(tenant, scope), tokens);
  }

  used(tenant: Tenant, month: string): readonly UsedTokens[] {
    return this.#audit.used(tenant, month).map((line) => ({ ...line, private: line.private !== null }));
  }
}

/** A tenant's id holds no slash. */
function keyOf(tenant: Tenant, scope: SetScope): string {
  return `${tenantKey(tenant)}/${scopeKey(scope)}`;
}
