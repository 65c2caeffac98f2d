import { MemoryBudgets } from '@parley/server/adapters/store/budgets-memory';
import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { MemoryKeyPolicies } from '@parley/server/adapters/store/key-policies-memory';
import { MemoryPeople } from '@parley/server/adapters/store/people-memory';
import { MemoryRegistry } from '@parley/server/adapters/store/registry-memory';
import { openSqliteStore } from '@parley/server/adapters/store/store-sqlite';
import { MemoryVault } from '@parley/server/adapters/store/vault-memory';
import type { StoreWorld } from '../contracts/store-world.ts';
import { tempFolder } from './sqlite-world.ts';

/** Its store is itself, so a restart finds the same objects. */
export async function memoryStoreWorld(): Promise<StoreWorld> {
  const journal = new MemoryJournal();
  const people = new MemoryPeople(journal);
  const budgetTable = new MemoryBudgets(journal.audit);
  const durable = {
    registry: new MemoryRegistry(),
    vault: new MemoryVault(),
    budgetTable,
    keyPolicies: new MemoryKeyPolicies(),
    jobs: journal.jobs,
  };
  const store = { journal, audit: journal.audit, people, ...durable };
  return { store, reopen: async () => store, dispose: async () => {} };
}

export async function sqliteStoreWorld(): Promise<StoreWorld> {
  const folder = await tempFolder();
  let current = openSqliteStore(folder.path);
  return {
    store: current,
    reopen: async () => {
      await current.journal.close();
      current = openSqliteStore(folder.path);
      return current;
    },
    dispose: async () => {
      await current.journal.close();
      await folder.remove();
    },
  };
}
