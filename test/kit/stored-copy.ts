import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupFolder } from '@parley/server/adapters/store/sqlite-backup';
import { databasePath } from '@parley/server/adapters/store/sqlite-file';
import { openSqliteStore } from '@parley/server/adapters/store/store-sqlite';
import { mintTenant, type RoomRef } from '@parley/server/core/tenant';
import type { Journal } from '@parley/server/ports/journal';
import { must } from '@parley/shared/assert';
import { RoomId } from '@parley/shared/ids';

/** Opens a backup of a data folder with its own key, while its server runs. */
export async function inStoredCopy<T>(data: string, use: (journal: Journal) => Promise<T>): Promise<T> {
  const copy = mkdtempSync(join(tmpdir(), 'parley-copy-'));
  try {
    await backupFolder(data, databasePath(copy));
    copyFileSync(join(data, 'master-key'), join(copy, 'master-key'));
    const { journal } = openSqliteStore(copy);
    const found = await use(journal);
    await journal.close();
    return found;
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/** The records of a room as text (under `null`), and each of its documents. */
export async function storedParts(journal: Journal, ref: RoomRef): Promise<ReadonlyMap<string, Buffer>> {
  const parts = new Map([['null', Buffer.from(JSON.stringify(await journal.read(ref, 0)))]]);
  for (const doc of await journal.docs(ref)) parts.set(doc, Buffer.concat(await journal.loadDoc(ref, doc)));
  return parts;
}

export function roomOf(tenant: string, room: string): RoomRef {
  return { tenant: must(mintTenant(tenant), 'a tenant'), room: RoomId.parse(room) };
}
