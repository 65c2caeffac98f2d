import type { Audit } from '@parley/server/ports/audit';
import type { BudgetTable } from '@parley/server/ports/budgets';
import type { Journal } from '@parley/server/ports/journal';
import type { Jobs } from '@parley/server/ports/jobs';
import type { People } from '@parley/server/ports/people';
import type { KeyPolicyTable } from '@parley/server/ports/provider-keys';
import type { Registry } from '@parley/server/ports/registry';
import type { Vault } from '@parley/server/ports/vault';

/** Everything durable, as one node has it. */
export interface Store {
  readonly journal: Journal;
  readonly registry: Registry;
  readonly vault: Vault;
  readonly audit: Audit;
  readonly people: People;
  readonly budgetTable: BudgetTable;
  readonly keyPolicies: KeyPolicyTable;
  readonly jobs: Jobs;
}

/** What is durable, and the medium behind it. */
export interface StoreWorld {
  readonly store: Store;
  /** Closes everything and opens it on the same medium, as a restart does. */
  reopen(): Promise<Store>;
  dispose(): Promise<void>;
}
