import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { SqliteJournal } from '@parley/server/adapters/store/journal-sqlite';
import { openMasterKeys } from '@parley/server/adapters/sealing/master-key';
import { backupFolder } from '@parley/server/adapters/store/sqlite-backup';
import { DataInUseError, databasePath, openSqliteFile } from '@parley/server/adapters/store/sqlite-file';
import { MIGRATIONS, migrate, NewerSchemaError, type Migration } from '@parley/server/adapters/store/sqlite-schema';
import { WrongMasterKeyError } from '@parley/server/adapters/sealing/tenant-keys';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batch, bytes, note, room } from '../contracts/journal-samples.ts';
import { openSqliteJournal, tempFolder, type TempFolder } from './sqlite-world.ts';

const WRITER = fileURLToPath(new URL('journal-writer.ts', import.meta.url));

let folder: TempFolder;
beforeEach(async () => {
  folder = await tempFolder();
});
afterEach(() => folder.remove());

describe('what is acknowledged is on disk', () => {
  test('D1 commits go to a write-ahead log whose sync is ours, after a restart too', () => {
    openSqliteFile(folder.path).close();
    const file = openSqliteFile(folder.path);
    expect(file.db.pragma('synchronous', { simple: true })).toBe(1);
    expect(file.db.pragma('journal_mode', { simple: true })).toBe('wal');
    file.close();
  });

  test('D1 an append resolves only once another reader of the file can see it', async () => {
    const journal = openSqliteJournal(folder.path);
    const { epoch } = await journal.acquire(room('a'));
    const reader = onlooker(folder.path);
    const append = journal.append(room('a'), epoch, batch(0, [note('1')]));
    expect(reader.records()).toBe(0);
    await append;
    expect(reader.records()).toBe(1);
    reader.close();
    await journal.close();
  });

  test('D1 closing writes what is waiting', async () => {
    const journal = openSqliteJournal(folder.path);
    const { epoch } = await journal.acquire(room('a'));
    const append = journal.append(room('a'), epoch, batch(0, [note('1')]));
    await journal.close();
    expect(await append).toEqual({ kind: 'appended' });
    expect(await journal.healthy()).toBe(false);
    await expect(journal.append(room('a'), epoch, batch(1, [note('2')]))).rejects.toThrow();
    const again = openSqliteJournal(folder.path);
    expect(await again.read(room('a'), 0)).toHaveLength(1);
    await again.close();
  });

  test('D1 D3 killed while it writes and compacts, it has lost nothing acknowledged and is whole', async () => {
    let acknowledged = 0;
    for (const kills of [1, 5, 23, 60, 61, 62]) {
      acknowledged = await writeUntilKilled(folder.path, kills);
      const journal = openSqliteJournal(folder.path);
      const records = await journal.read(room('a'), 0);
      const parts = await journal.loadDoc(room('a'), 'workspace');
      await journal.close();
      expect(records.length).toBeGreaterThanOrEqual(acknowledged);
      expect(records.map(({ record }) => record)).toEqual(records.map((_, index) => note(`${index + 1}`)));
      expect([...Buffer.concat(parts)]).toEqual(records.map((_, index) => (index + 1) & 255));
    }
    expect(acknowledged).toBeGreaterThan(150);
  });
});

describe('one server a folder', () => {
  test('D1 a second journal on the same folder is refused, and the folder is free again afterwards', async () => {
    const journal = openSqliteJournal(folder.path);
    expect(() => openSqliteJournal(folder.path)).toThrow(DataInUseError);
    expect(() => openSqliteJournal(folder.path)).toThrow(folder.path);
    expect(await journal.acquire(room('a'))).toEqual({ epoch: 1, seq: 0 });
    await journal.close();
    await openSqliteJournal(folder.path).close();
  });

  test('D1 another process is refused too, and leaves no lock behind when it is killed', async () => {
    const writer = startWriter(folder.path);
    await acknowledgements(writer, 1);
    expect(() => openSqliteJournal(folder.path)).toThrow(DataInUseError);
    await kill(writer);
    await openSqliteJournal(folder.path).close();
  });
});

describe('migrations', () => {
  const one = 'CREATE TABLE a (x INTEGER) STRICT';
  const two = 'INSERT INTO a VALUES (1); CREATE TABLE b (x INTEGER) STRICT';

  test('D4 each migration runs once, in order, from wherever the data stands', () => {
    const file = openScratch();
    file.migrate([one]);
    file.migrate([one, two]);
    file.migrate([one, two]);
    expect(file.version()).toBe(2);
    expect(file.db.prepare('SELECT x FROM a').pluck().all()).toEqual([1]);
    file.close();
  });

  test('D4 a migration that fails leaves the data at the version it had', () => {
    const file = openScratch();
    file.migrate([one]);
    expect(() => file.migrate([one, two, 'CREATE TABLE b (y INTEGER)'])).toThrow('already exists');
    expect(file.version()).toBe(1);
    expect(file.db.prepare('SELECT x FROM a').pluck().all()).toEqual([]);
    file.close();
  });

  test('D4 data of a newer program is refused by name and not touched', async () => {
    const file = openSqliteFile(folder.path);
    file.db.pragma(`user_version = ${MIGRATIONS.length + 3}`);
    file.close();
    const before = await readFile(databasePath(folder.path));
    expect(() => openSqliteJournal(folder.path)).toThrow(NewerSchemaError);
    expect(() => openSqliteJournal(folder.path)).toThrow(`version ${MIGRATIONS.length + 3}`);
    expect(await readFile(databasePath(folder.path))).toEqual(before);
  });

  /** A database that stands before the first migration. */
  function openScratch() {
    const file = openSqliteFile(folder.path);
    file.db.pragma('foreign_keys = OFF');
    const tables = file.db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
    for (const table of tables) file.db.exec(`DROP TABLE ${String(table)}`);
    file.db.pragma('user_version = 0');
    const master = openMasterKeys(folder.path, []);
    return {
      ...file,
      migrate: (steps: readonly Migration[]) => migrate(file.db, steps, master),
      version: () => Number(file.db.pragma('user_version', { simple: true })),
    };
  }
});

describe('backup', () => {
  test('D4 a backup made while writing goes on is one moment of the journal, and restores', async () => {
    const journal = openSqliteJournal(folder.path);
    const { epoch } = await journal.acquire(room('a'));
    const seq = await write(journal, epoch, 0, 400);

    const copy = join(folder.path, 'copy');
    const backup = journal.backup(await inFreshFolder(copy));
    const last = await write(journal, epoch, seq, 100);
    await backup;
    const live = await journal.read(room('a'), 0);
    expect(live).toHaveLength(last);
    await journal.close();

    const restored = openSqliteJournal(copy);
    const records = await restored.read(room('a'), 0);
    expect(records.length).toBeGreaterThanOrEqual(seq);
    expect(records).toEqual(live.slice(0, records.length));
    expect(await restored.loadDoc(room('a'), 'workspace')).toHaveLength(records.length);
    expect(await restored.acquire(room('a'))).toEqual({ epoch: epoch + 1, seq: records.length });
    await restored.close();
  });

  test('D4 a backup that cannot be written says so and leaves an older one as it was', async () => {
    const journal = openSqliteJournal(folder.path);
    await expect(journal.backup(join(folder.path, 'absent', 'b.sqlite'))).rejects.toThrow('directory does not exist');
    const path = join(folder.path, 'b.sqlite');
    await writeFile(`${path}.partial`, 'left behind by a backup that broke off');
    await journal.backup(path);
    const before = await readFile(path);
    await journal.close();
    await expect(journal.backup(path)).rejects.toThrow();
    expect(await readFile(path)).toEqual(before);
  });

  test('D4 a server in another process is backed up while it writes', async () => {
    const writer = startWriter(folder.path);
    const acknowledged = await acknowledgements(writer, 20);
    const copy = join(folder.path, 'copy');
    await backupFolder(folder.path, await inFreshFolder(copy));
    expect(writer.exitCode).toBeNull();
    await kill(writer);
    const restored = openSqliteJournal(copy);
    const records = await restored.read(room('a'), 0);
    const parts = await restored.loadDoc(room('a'), 'workspace');
    expect(records.length).toBeGreaterThanOrEqual(acknowledged);
    expect([...Buffer.concat(parts)]).toEqual(records.map((_, index) => (index + 1) & 255));
    await restored.close();
  });

  test('D12 A88 D4 a backup opens with the master key of its data, and with no other', async () => {
    const journal = openSqliteJournal(folder.path);
    const { epoch } = await journal.acquire(room('a'));
    await write(journal, epoch, 0, 3);
    const copy = join(folder.path, 'copy');
    await mkdir(copy);
    await journal.backup(databasePath(copy));
    await journal.close();
    expect(() => openSqliteJournal(copy)).toThrow(WrongMasterKeyError);
    await copyFile(join(folder.path, 'master-key'), join(copy, 'master-key'));
    const restored = openSqliteJournal(copy);
    expect(await restored.read(room('a'), 0)).toHaveLength(3);
    await restored.close();
  });

  /** The path of the database in a folder that exists and has none, but the master key. */
  async function inFreshFolder(path: string): Promise<string> {
    await mkdir(path);
    await copyFile(join(folder.path, 'master-key'), join(path, 'master-key'));
    return databasePath(path);
  }
});

type Epoch = Awaited<ReturnType<SqliteJournal['acquire']>>['epoch'];

/** Appends `count` records with a document part each; returns the last sequence. */
async function write(journal: SqliteJournal, epoch: Epoch, from: number, count: number): Promise<number> {
  for (let n = from; n < from + count; n += 1) {
    const updates = [{ doc: 'workspace' as const, update: bytes(...Array.from({ length: 2_000 }, () => n & 255)) }];
    expect(await journal.append(room('a'), epoch, batch(n, [note(`${n}`)], { updates }))).toEqual({ kind: 'appended' });
  }
  return from + count;
}

/** Counts records through another connection, and another binding of SQLite, than the journal's. */
function onlooker(path: string) {
  const db = new DatabaseSync(databasePath(path), { readOnly: true });
  const count = db.prepare('SELECT count(*) AS n FROM records');
  return { records: () => count.get()?.['n'], close: () => db.close() };
}

function startWriter(path: string): ChildProcess {
  return spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Reads the writer's acknowledgements until `count` were made; returns the last. */
async function acknowledgements(writer: ChildProcess, count: number): Promise<number> {
  if (!writer.stdout) throw new Error('the writer has no stdout');
  let made = 0;
  for await (const line of createInterface(writer.stdout)) {
    made += 1;
    if (made >= count) return Number(line);
  }
  throw new Error(`the writer ended after ${made} acknowledgements`);
}

async function kill(writer: ChildProcess): Promise<void> {
  const ended = once(writer, 'exit');
  writer.kill('SIGKILL');
  await ended;
}

async function writeUntilKilled(path: string, count: number): Promise<number> {
  const writer = startWriter(path);
  const acknowledged = await acknowledgements(writer, count);
  await kill(writer);
  return acknowledged;
}
