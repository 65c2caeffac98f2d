import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { databasePath, openSqliteFile } from '@parley/server/adapters/store/sqlite-file';
import { MIGRATIONS } from '@parley/server/adapters/store/sqlite-schema';
import { openSqliteStore, type SqliteStore } from '@parley/server/adapters/store/store-sqlite';
import type { RoomRef } from '@parley/server/core/tenant';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batch, bytes, listing, note, room, tenant } from '../contracts/journal-samples.ts';
import { everyRecord } from '../contracts/every-record.ts';
import { tempFolder, type TempFolder } from './sqlite-world.ts';

const SENTENCE = 'a sentence to look for';

let folder: TempFolder;
beforeEach(async () => {
  folder = await tempFolder();
});
afterEach(() => folder.remove());

function filesWith(words: string): string[] {
  return readdirSync(folder.path).filter((name) => readFileSync(join(folder.path, name)).includes(words));
}

async function write(store: SqliteStore, ref: RoomRef, words: string): Promise<void> {
  const { epoch, seq } = await store.journal.acquire(ref);
  const updates = [{ doc: 'workspace' as const, update: Buffer.from(words) }];
  await store.journal.append(
    ref,
    epoch,
    batch(seq, [note(words)], { updates, listing: listing('T', { ada: 'owner' }) }),
  );
}

/** Changes rows behind the store's back. */
function tamper(sql: string): void {
  const file = openSqliteFile(folder.path);
  file.db.exec(sql);
  file.close();
}

async function within<T>(work: (store: SqliteStore) => Promise<T>): Promise<T> {
  const store = openSqliteStore(folder.path);
  try {
    return await work(store);
  } finally {
    await store.journal.close();
  }
}

test('D12 A88 no word that was said is in any file, before and after the log is emptied', async () => {
  await within(async (store) => {
    await write(store, room('a'), SENTENCE);
    const { epoch } = await store.journal.acquire(room('a'));
    await store.journal.compactDoc(room('a'), epoch, 'workspace', 1, Buffer.from(`${SENTENCE} again`));
    expect(filesWith('workspace')).not.toEqual([]);
    expect(filesWith(SENTENCE)).toEqual([]);
    expect(Buffer.concat(await store.journal.loadDoc(room('a'), 'workspace')).toString()).toBe(`${SENTENCE} again`);
  });
  expect(filesWith(SENTENCE)).toEqual([]);
});

const WHERE = {
  'another tenant': "(SELECT id FROM rooms WHERE tenant = 'rival')",
  'another room': "(SELECT id FROM rooms WHERE room = 'b')",
};

test.each(
  ['records', 'doc_parts'].flatMap((table) => Object.entries(WHERE).map(([whose, where]) => [table, whose, where])),
)('D12 A88 rows of %s put in place of those of %s do not open', async (table, whose, where) => {
  const other = whose === 'another room' ? room('b') : room('a', 'rival');
  await within(async (store) => {
    for (const ref of [room('a'), other]) await write(store, ref, SENTENCE);
  });
  const own = "(SELECT id FROM rooms WHERE tenant = 'acme' AND room = 'a')";
  tamper(`UPDATE ${table} SET body = (SELECT body FROM ${table} WHERE room = ${own}) WHERE room = ${where}`);
  await within(async ({ journal }) => {
    const read = async (ref: RoomRef) =>
      table === 'records' ? journal.read(ref, 0) : journal.loadDoc(ref, 'workspace');
    await expect(read(other)).rejects.toThrow('cannot be opened');
    expect(await read(room('a'))).toHaveLength(1);
  });
});

test('D12 A88 a part put in place of one of another document does not open', async () => {
  await within((store) => write(store, room('a'), SENTENCE));
  tamper("UPDATE doc_parts SET doc = 'workspace.other'");
  await within(({ journal }) =>
    expect(journal.loadDoc(room('a'), 'workspace.other')).rejects.toThrow('cannot be opened'),
  );
});

test('D12 A88 records of one room that change places do not open', async () => {
  await within(async (store) => {
    for (const words of ['one', 'two']) await write(store, room('a'), words);
  });
  tamper('UPDATE records SET seq = seq + 2; UPDATE records SET seq = 5 - seq');
  await within(({ journal }) => expect(journal.read(room('a'), 0)).rejects.toThrow('cannot be opened'));
});

test('D12 A88 a tenant whose key was destroyed is gone for good, and nobody else', async () => {
  await within(async (store) => {
    await write(store, room('a'), SENTENCE);
    await write(store, room('a', 'rival'), SENTENCE);
    store.sealer.destroy(tenant('acme'));
  });
  await within(async (store) => {
    await expect(store.journal.read(room('a'), 0)).rejects.toThrow('cannot be opened');
    await expect(store.journal.loadDoc(room('a'), 'workspace')).rejects.toThrow('cannot be opened');
    await expect(write(store, room('new'), SENTENCE)).rejects.toThrow('destroyed');
    expect(await store.journal.read(room('a', 'rival'), 0)).toHaveLength(1);
  });
});

test('D12 A88 a key that is made for a refused append serves the next one, after a restart too', async () => {
  await within(async ({ journal }) => {
    const { epoch } = await journal.acquire(room('a'));
    expect(await journal.append(room('a'), epoch, batch(5, [note('refused')]))).toMatchObject({ kind: 'wrong-seq' });
    await journal.append(room('a'), epoch, batch(0, [note('kept')]));
  });
  expect(await within(({ journal }) => journal.read(room('a'), 0))).toEqual([{ seq: 1, record: note('kept') }]);
});

test('D12 D4 A88 data from before anything was sealed is sealed at start, and its words are in no file then', async () => {
  const refs = [room('a'), room('a', 'rival'), room('b')];
  writePlain(refs);
  expect(filesWith(SENTENCE)).not.toEqual([]);
  await within(async ({ journal, people }) => {
    expect(filesWith(SENTENCE)).toEqual([]);
    for (const ref of refs) {
      const records = [...everyRecord, note(SENTENCE)].map((record, index) => ({ seq: index + 1, record }));
      expect(await journal.read(ref, 0)).toEqual(records);
      expect(await journal.loadDoc(ref, 'workspace')).toEqual([Uint8Array.from(Buffer.from(SENTENCE)), bytes(1)]);
      expect(await journal.loadDoc(ref, 'transcript')).toEqual([bytes(2)]);
      expect((await journal.acquire(ref)).seq).toBe(records.length);
    }
    expect((await people.rooms(tenant('acme'), null, 9)).map(({ id }) => id)).toEqual(['a', 'b']);
  });
  expect(filesWith(SENTENCE)).toEqual([]);
});

/** A database as the first version of the program left it when it was killed: much of it is in the log only. */
function writePlain(refs: readonly RoomRef[]): void {
  const before = join(folder.path, 'before');
  mkdirSync(before);
  const db = new DatabaseSync(databasePath(before));
  db.exec(`${String(MIGRATIONS[0])}; PRAGMA user_version = 1; PRAGMA journal_mode = WAL`);
  refs.forEach(({ tenant: of, room: id }, index) => {
    const records = [...everyRecord, note(SENTENCE)];
    db.prepare("INSERT INTO rooms (tenant, room, epoch, seq, title, created_at) VALUES (?, ?, 1, ?, 'T', 1)").run(
      of.id,
      id,
      records.length,
    );
    const add = db.prepare('INSERT INTO records (room, seq, body) VALUES (?, ?, ?)');
    records.forEach((record, at) => add.run(index + 1, at + 1, JSON.stringify(record)));
    const part = db.prepare('INSERT INTO doc_parts (room, doc, body) VALUES (?, ?, ?)');
    part.run(index + 1, 'workspace', Buffer.from(SENTENCE));
    part.run(index + 1, 'transcript', Buffer.from([2]));
    part.run(index + 1, 'workspace', Buffer.from([1]));
  });
  for (const suffix of ['', '-wal'])
    copyFileSync(`${databasePath(before)}${suffix}`, `${databasePath(folder.path)}${suffix}`);
  db.close();
  rmSync(before, { recursive: true });
}
