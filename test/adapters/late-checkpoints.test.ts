import { statSync } from 'node:fs';
import { join } from 'node:path';
import { LateCheckpoints } from '@parley/server/adapters/store/late-checkpoints';
import { openSqliteFile, type SqliteFile } from '@parley/server/adapters/store/sqlite-file';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { batch, note, room } from '../contracts/journal-samples.ts';
import { openSqliteJournal, tempFolder, type TempFolder } from './sqlite-world.ts';

const COMMITS = 100;

let folder: TempFolder;
let file: SqliteFile;
let checkpoints: LateCheckpoints;
beforeEach(async () => {
  folder = await tempFolder();
  file = openSqliteFile(folder.path);
  checkpoints = new LateCheckpoints(file.db);
  file.db.exec('CREATE TABLE words (body BLOB)');
});
afterEach(async () => {
  if (file.db.open) file.close();
  await folder.remove();
});

/** Bytes of the database without its log: they grow when that is moved into it. */
function size(): number {
  return statSync(join(folder.path, 'parley.sqlite')).size;
}

/** 13 pages each: all of them are more than SQLite itself would let gather. */
function commit(times: number): void {
  const write = file.db.prepare('INSERT INTO words VALUES (zeroblob(50000))');
  for (let n = 0; n < times; n++) {
    write.run();
    checkpoints.committed();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('D1 the log is moved into the database behind a commit and what it lets out, not within it', async () => {
  const before = size();
  commit(COMMITS);
  expect(size()).toBe(before);
  await turn();
  expect(size()).toBe(before);
  await turn();
  expect(size()).toBeGreaterThan(before + 50_000 * (COMMITS - 1));
});

test('D1 and again after as many commits, not after each', async () => {
  const before = size();
  commit(COMMITS - 1);
  await turn();
  await turn();
  expect(size()).toBe(before);
  commit(1);
  await turn();
  await turn();
  const moved = size();
  expect(moved).toBeGreaterThan(before);
  commit(COMMITS - 1);
  await turn();
  await turn();
  expect(size()).toBe(moved);
  commit(1);
  await turn();
  await turn();
  expect(size()).toBeGreaterThan(moved);
});

test('D1 a log that a few large commits fill is moved by them, at the size to which it is cut back', () => {
  const pages = Number(file.db.pragma('wal_autocheckpoint', { simple: true }));
  const bytes = pages * Number(file.db.pragma('page_size', { simple: true }));
  expect(bytes).toBe(file.db.pragma('journal_size_limit', { simple: true }));
});

test('D1 a store that was closed meanwhile is left alone', async () => {
  commit(COMMITS);
  file.close();
  await turn();
  await turn();
  expect(file.db.open).toBe(false);
});

test('D1 the store moves its log so', async () => {
  file.close();
  const journal = openSqliteJournal(folder.path);
  const { epoch } = await journal.acquire(room('a'));
  const before = size();
  for (let n = 0; n < COMMITS; n++) await journal.append(room('a'), epoch, batch(n, [note(`${n}`)]));
  await expect.poll(size).toBeGreaterThan(before);
  await journal.close();
});
