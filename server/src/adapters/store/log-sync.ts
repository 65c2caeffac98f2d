import { closeSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Database } from 'better-sqlite3';

const syncData = promisify(fdatasync);

/**
 * Commits that are synced beside the event loop. SQLite itself would sync its log within a commit (`synchronous = FULL`),
 * and whoever does anything else in this process would wait for the disk. With `NORMAL` it leaves that, and nothing else,
 * to us: the log is synced here before anybody is told. What is committed any other way is committed {@link durably}.
 *
 * https://www.sqlite.org/pragma.html#pragma_synchronous
 */
export class LogSync {
  readonly #transaction: ReturnType<Database['transaction']>;
  readonly #log: number;

  /** The log is there from the first access until the connection is closed. */
  constructor(db: Database) {
    db.pragma('synchronous = NORMAL');
    this.#transaction = db.transaction((work: () => void) => work());
    this.#log = openSync(`${db.name}-wal`, 'r+');
  }

  /** Runs its argument in one transaction, on disk after {@link synced}. */
  commit(work: () => void): void {
    this.#transaction.immediate(work);
  }

  /** Resolves when all that was committed is on disk; rejects as the system does. */
  synced(): Promise<void> {
    return syncData(this.#log);
  }

  close(): void {
    closeSync(this.#log);
  }
}

/** Runs a change that is on disk when this returns; within a transaction it is when that is. */
export function durably(db: Database, change: () => void): void {
  if (db.inTransaction) return change();
  const before = Number(db.pragma('synchronous', { simple: true }));
  db.pragma('synchronous = FULL');
  try {
    change();
  } finally {
    db.pragma(`synchronous = ${before}`);
  }
}
