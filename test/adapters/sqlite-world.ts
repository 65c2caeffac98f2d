import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqliteJournal } from '@parley/server/adapters/store/journal-sqlite';
import { openSqliteStore } from '@parley/server/adapters/store/store-sqlite';
import type { JournalWorld } from '../contracts/journal.ts';

/** A folder of its own on a real disk, gone with {@link TempFolder.remove}. */
export interface TempFolder {
  readonly path: string;
  remove(): Promise<void>;
}
export async function tempFolder(): Promise<TempFolder> {
  const path = await mkdtemp(join(tmpdir(), 'parley-'));
  return { path, remove: () => rm(path, { recursive: true }) };
}

/** The journal alone, of a folder with a key of its own. */
export function openSqliteJournal(folder: string): SqliteJournal {
  return openSqliteStore(folder).journal;
}

export async function sqliteWorld(): Promise<JournalWorld> {
  const folder = await tempFolder();
  let current = openSqliteJournal(folder.path);
  return {
    journal: current,
    reopen: async () => {
      await current.close();
      current = openSqliteJournal(folder.path);
      return current;
    },
    dispose: async () => {
      await current.close();
      await folder.remove();
    },
  };
}
