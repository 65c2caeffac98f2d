import type { Authority } from '../../ports/authority.ts';
import type { Audit } from '../../ports/audit.ts';
import type { BudgetTable } from '../../ports/budgets.ts';
import type { KeyPolicyTable } from '../../ports/provider-keys.ts';
import type { Jobs } from '../../ports/jobs.ts';
import type { People } from '../../ports/people.ts';
import type { Registry } from '../../ports/registry.ts';
import type { ResourceTable } from '../../ports/resource-table.ts';
import type { Vault } from '../../ports/vault.ts';
import { SqliteAudit } from './audit-sqlite.ts';
import { SqliteAuthority } from '../authority/authority-sqlite.ts';
import { SqliteBudgets } from './budgets-sqlite.ts';
import { GroupCommit } from './group-commit.ts';
import { SqliteKeyPolicies } from './key-policies-sqlite.ts';
import { SqliteJournal } from './journal-sqlite.ts';
import { LateCheckpoints } from './late-checkpoints.ts';
import { SqliteJobs } from './jobs-sqlite.ts';
import { SqlitePeople } from './people-sqlite.ts';
import { SqliteRegistry } from './registry-sqlite.ts';
import { isStoreFailure, openSqliteFile, type SqliteFile } from './sqlite-file.ts';
import type { TenantKeys } from '../sealing/tenant-keys.ts';
import { SqliteVault } from './vault-sqlite.ts';

/** Everything durable of one node, in one file. */
export interface SqliteStore {
  /** Closing it closes all of them. */
  readonly journal: SqliteJournal;
  readonly registry: Registry;
  readonly vault: Vault;
  readonly audit: Audit;
  readonly people: People;
  readonly sealer: TenantKeys;
  /** The built-in authority, with what admins keep in it. */
  readonly resources: Authority & ResourceTable;
  readonly budgetTable: BudgetTable;
  readonly keyPolicies: KeyPolicyTable;
  readonly jobs: Jobs;
}

/**
 * Opens the embedded store of one node in a data folder, made when absent; migrates it (D4). `masterKeys` are
 * the operator's, the current one first; without any a key of the folder's own is used.
 * Throws `DataInUseError`, `NewerSchemaError`, `WrongMasterKeyError`, or the store's own error.
 */
export function openSqliteStore(folder: string, masterKeys: readonly string[] = []): SqliteStore {
  const file = openSqliteFile(folder, masterKeys);
  try {
    return storeIn(file);
  } catch (error) {
    file.close();
    throw error;
  }
}

function storeIn(file: SqliteFile): SqliteStore {
  const { db, keys, log } = file;
  const checkpoints = new LateCheckpoints(db);
  const commit = (work: () => void): void => {
    log.commit(work);
    checkpoints.committed();
  };
  const writes = new GroupCommit(commit, isStoreFailure, () => log.synced());
  const audit = new SqliteAudit(db, writes);
  return {
    journal: new SqliteJournal(file, writes, audit),
    registry: new SqliteRegistry(db, writes, keys),
    vault: new SqliteVault(db, writes, keys),
    audit,
    people: new SqlitePeople(db, writes),
    sealer: keys,
    resources: new SqliteAuthority(db, writes),
    budgetTable: new SqliteBudgets(db, writes),
    keyPolicies: new SqliteKeyPolicies(db, writes),
    jobs: new SqliteJobs(db, writes, keys),
  };
}
