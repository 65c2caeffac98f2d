import type { Database } from 'better-sqlite3';
import { isStoreFailure } from './sqlite-file.ts';

/** So many commits fill the log with about the thousand pages at which SQLite itself would move it. */
const COMMITS = 100;
/** In pages: only where a single commit is so large does its own end move the log, which must not grow without bound. */
const LARGE_LOG = 16_384;

/**
 * Moves the write-ahead log into the database behind a commit and not within it: that takes as long as several
 * commits, and whoever the commit is for would wait for it.
 */
export class LateCheckpoints {
  readonly #db: Database;
  #commits = 0;

  constructor(db: Database) {
    this.#db = db;
    db.pragma(`wal_autocheckpoint = ${LARGE_LOG}`);
  }

  /** Call it after each commit. */
  committed(): void {
    this.#commits += 1;
    if (this.#commits < COMMITS) return;
    this.#commits = 0;
    // What the commit lets out leaves in this tick and at the beginning of the next.
    setImmediate(() => setImmediate(() => this.#move()));
  }

  #move(): void {
    if (!this.#db.open) return;
    try {
      this.#db.pragma('wal_checkpoint(PASSIVE)');
    } catch (error) {
      // What was committed is safe in the log, and the next commit meets the same disk and says so.
      if (!isStoreFailure(error)) throw error;
    }
  }
}
