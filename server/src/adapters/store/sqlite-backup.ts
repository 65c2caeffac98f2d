import { rename, rm } from 'node:fs/promises';
import Database, { type Database as Connection } from 'better-sqlite3';
import { databasePath } from './sqlite-file.ts';

/** SQLite's largest number of pages in one step: all of them. */
const ALL_PAGES = 0x7fffffff;

/**
 * Copies an open database into one file a few pages a turn of the event loop; writes through the same
 * connection meanwhile become part of the copy. An existing file is replaced only by a whole copy.
 */
export function backupDatabase(db: Connection, path: string): Promise<void> {
  return whole(path, (partial) => db.backup(partial));
}

/**
 * The same for the data folder of a server that runs in another process, or of none. In one step, since a
 * write from another connection would make a stepwise copy start over; it never blocks the server.
 */
export async function backupFolder(folder: string, path: string): Promise<void> {
  const db = new Database(databasePath(folder), { readonly: true, fileMustExist: true });
  try {
    await whole(path, (partial) => db.backup(partial, { progress: () => ALL_PAGES }));
  } finally {
    db.close();
  }
}

async function whole(path: string, copy: (partial: string) => Promise<unknown>): Promise<void> {
  const partial = `${path}.partial`;
  // What a broken-off backup left behind need not even be a database.
  await rm(partial, { force: true });
  await copy(partial);
  await rename(partial, path);
}
