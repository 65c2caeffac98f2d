import { auditContract } from '../contracts/audit.ts';
import { budgetContract } from '../contracts/budgets.ts';
import { jobContract } from '../contracts/jobs.ts';
import { peopleContract } from '../contracts/people.ts';
import { registryContract } from '../contracts/registry.ts';
import { keyPolicyContract, vaultContract } from '../contracts/vault.ts';
import { memoryStoreWorld, sqliteStoreWorld } from './store-worlds.ts';

for (const [name, open] of [
  ['memory', memoryStoreWorld],
  ['SQLite', sqliteStoreWorld],
] as const) {
  auditContract(name, open);
  budgetContract(name, open);
  jobContract(name, open);
  peopleContract(name, open);
  registryContract(name, open);
  vaultContract(name, open);
  keyPolicyContract(name, open);
}
