import type { SetScope } from '../core/budget/scopes.ts';
import type { Tenant } from '../core/tenant.ts';

export type { SetScope };

/** What one person used in one room, shared or in private. */
export interface UsedTokens {
  readonly user: string;
  readonly room: string;
  readonly private: boolean;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** Limits that admins set, durable, and what was used so far. Reads are at once, so that a turn need not wait for them. */
export interface BudgetTable {
  /** Tokens a month; null: no limit. `unreadable`: there is one, and it is no number of tokens. */
  limit(tenant: Tenant, scope: SetScope): number | 'unreadable' | null;
  /** Resolves when it is on disk and in effect; null takes the limit away. */
  setLimit(tenant: Tenant, scope: SetScope, tokens: number | null): Promise<void>;
  /** In a month (`2026-11`), as far as it is on disk. */
  used(tenant: Tenant, month: string): readonly UsedTokens[];
}
