import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database, { type Database as Connection } from 'better-sqlite3';
import { openMasterKeys, type MasterKeys } from '../sealing/master-key.ts';
import { LogSync } from './log-sync.ts';
import { emptyLog } from './sqlite-erase.ts';
import { MIGRATIONS, migrate } from './sqlite-schema.ts';
import { TenantKeys } from '../sealing/tenant-keys.ts';

const DATABASE = 'parley.sqlite';
const LOCK = 'parley.lock';
/** How long a write waits for another connection, for instance a running backup, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;
/** The log is cut back to this after something long, for instance a backup, made it grow. */
const WAL_LIMIT_BYTES = 67_108_864;

export interface SqliteFile {
  readonly db: Connection;
  readonly keys: TenantKeys;
  readonly log: LogSync;
  close(): void;
}

/** Another process already runs on this data: the embedded store is for one node. */
export class DataInUseError extends Error {
  readonly folder: string;
  constructor(folder: string) {
    super(`another server already runs on the data folder ${folder}: stop it, or give this one its own folder`);
    this.name = 'DataInUseError';
    this.folder = folder;
  }
}

/**
 * Opens the database of a data folder, made when absent, for this process alone. `masterKeys` are the operator's,
 * as {@link openMasterKeys} takes them.
 * Throws {@link DataInUseError}, `NewerSchemaError` or `WrongMasterKeyError`, or the store's own error when the
 * disk fails.
 */
export function openSqliteFile(folder: string, masterKeys: readonly string[] = []): SqliteFile {
  // What people said is in there: for this account alone.
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = lockFolder(folder);
  try {
    const { db, keys, log } = openDatabase(join(folder, DATABASE), openMasterKeys(folder, masterKeys));
    return {
      db,
      keys,
      log,
      close: () => {
        log.close();
        db.close();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * A second database whose only use is its lock: the system frees it however the process ends, so there
 * is no stale lock to clean up, and the data itself stays readable for a backup from outside.
 */
function lockFolder(folder: string): Connection {
  const lock = new Database(join(folder, LOCK), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw isBusy(error) ? new DataInUseError(folder) : error;
  }
}

function openDatabase(path: string, master: MasterKeys): Omit<SqliteFile, 'close'> {
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Before anything that writes: a newer program's data is left exactly as it was found.
    migrate(db, MIGRATIONS, master);
    db.pragma('journal_mode = WAL');
    // In WAL mode NORMAL syncs only at checkpoints, which is for those who sync the log themselves (D1).
    db.pragma('synchronous = FULL');
    db.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
    // What a compaction or a redaction frees is overwritten, so that no byte of what was taken away stays behind.
    db.pragma('secure_delete = ON');
    const keys = new TenantKeys(db, master);
    // A crash may have come between a redaction and the end of its traces.
    emptyLog(db);
    return { db, keys, log: new LogSync(db) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** True when the store itself failed (disk full, broken file), false for a mistake in what it was asked to write. */
export function isStoreFailure(error: unknown): boolean {
  return error instanceof Database.SqliteError && !error.code.startsWith('SQLITE_CONSTRAINT');
}

/** Where a data folder keeps its database: what a backup is put in place of. */
export function databasePath(folder: string): string {
  return join(folder, DATABASE);
}
