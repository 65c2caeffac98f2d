import type { Database } from 'better-sqlite3';
import { durably } from './log-sync.ts';

/**
 * Moves the write-ahead log, which still holds older pages, into the database and empties it; false while somebody
 * else reads it. Without patience: waiting for them would hold up every room.
 */
export function emptyLog(db: Database): boolean {
  const patience = Number(db.pragma('busy_timeout', { simple: true }));
  db.pragma('busy_timeout = 0');
  const busy = Number(db.pragma('wal_checkpoint(TRUNCATE)', { simple: true }));
  db.pragma(`busy_timeout = ${patience}`);
  return busy === 0;
}

/**
 * Runs a change, all of it or nothing, after which no byte of what it removed or replaced is in the files:
 * freed space is overwritten, and the log that still holds older pages is emptied.
 * Throws when somebody else, for instance a backup, still reads the log; the change itself is made then.
 */
export function eraseIn(db: Database, change: () => void): void {
  const before = Number(db.pragma('secure_delete', { simple: true }));
  db.pragma('secure_delete = ON');
  try {
    durably(db, () => db.transaction(change).exclusive());
    if (Number(db.pragma('wal_checkpoint(TRUNCATE)', { simple: true })) !== 0)
      throw new Error('the log is still being read, so it holds what was erased: try again when no backup runs');
  } finally {
    db.pragma(`secure_delete = ${before}`);
  }
}
