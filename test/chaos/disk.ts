import { openSqliteStore } from '@parley/server/adapters/store/store-sqlite';
import { mintTenant } from '@parley/server/core/tenant';
import type { Journal } from '@parley/server/ports/journal';
import { must } from '@parley/shared/assert';
import { docKind, ENTRIES, LIVE, NOTES, TURNS } from '@parley/shared/documents';
import type { Entry } from '@parley/shared/entry';
import type { RoomId } from '@parley/shared/ids';
import * as Y from 'yjs';
import type { RoomAfter } from './verdict.ts';

export interface RoomOnDisk extends RoomAfter {
  /** The shared notes. */
  readonly notes: string;
  /** Lanes whose document still shows a ticket or a running answer. */
  readonly unfinished: readonly string[];
}

/** What a stopped server left of the rooms of the default tenant. */
export async function readRooms<T extends readonly RoomId[]>(
  folder: string,
  rooms: T,
): Promise<{ [K in keyof T]: RoomOnDisk }> {
  const journal = openSqliteStore(folder).journal;
  try {
    const read = await Promise.all(rooms.map((room) => readRoom(journal, room)));
    // `map` over a tuple keeps its length; its type does not say so.
    return read as { [K in keyof T]: RoomOnDisk };
  } finally {
    await journal.close();
  }
}

async function readRoom(journal: Journal, room: RoomId): Promise<RoomOnDisk> {
  const ref = { tenant: must(mintTenant('default'), 'a tenant'), room };
  const records = (await journal.read(ref, 0)).map(({ record }) => record);
  const documents = new Map<string, readonly Entry[]>();
  const unfinished: string[] = [];
  let notes = '';
  for (const key of await journal.docs(ref)) {
    const doc = docOf(await journal.loadDoc(ref, key));
    const kind = docKind(key);
    if (key === 'workspace') notes = doc.getText(NOTES).toString();
    if (kind.kind !== 'lane') continue;
    documents.set(kind.lane, doc.getArray<Entry>(ENTRIES).toArray());
    if (doc.getMap(TURNS).size + doc.getMap(LIVE).size > 0) unfinished.push(`${room} ${kind.lane}`);
  }
  return { records, documents, notes, unfinished };
}

function docOf(parts: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const part of parts) Y.applyUpdate(doc, part);
  return doc;
}
