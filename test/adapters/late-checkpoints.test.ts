import { statSync } from 'node:fs';
import { join } from 'node:path';
import { LateCheckpoints } from '@parley/server/adapters/store/late-checkpoints';
import {
  databasePath,
  isStoreFailure,
  openSqliteFile,
  type SqliteFile,
} from '@parley/server/adapters/store/sqlite-file';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { batch, note, room } from '../contracts/journal-samples.ts';
import { openSqliteJournal, tempFolder, type TempFolder } from './sqlite-world.ts';

type Connection = SqliteFile['db'];

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

/** What a commit lets out is out, and the log was moved if it was time. */
async function afterwards(): Promise<void> {
  await turn();
  await turn();
}

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
  await afterwards();
  expect(size()).toBe(before);
  commit(1);
  await afterwards();
  const moved = size();
  expect(moved).toBeGreaterThan(before);
  commit(COMMITS - 1);
  await afterwards();
  expect(size()).toBe(moved);
  commit(1);
  await afterwards();
  expect(size()).toBeGreaterThan(moved);
});

test('D1 a log that a few large commits fill is moved by them, at the size to which it is cut back', () => {
  const pages = Number(file.db.pragma('wal_autocheckpoint', { simple: true }));
  const bytes = pages * Number(file.db.pragma('page_size', { simple: true }));
  expect(bytes).toBe(file.db.pragma('journal_size_limit', { simple: true }));
});

test('D1 whoever reads meanwhile, for instance a backup, makes nobody wait, and loses nothing of what they see', async () => {
  // Another connection; nothing but its class is needed of what opened the first.
  const reader = Reflect.construct(file.db.constructor, [databasePath(folder.path), { readonly: true }]) as Connection;
  reader.exec('BEGIN');
  const count = () => reader.prepare('SELECT count(*) FROM words').pluck().get();
  expect(count()).toBe(0);
  commit(COMMITS);
  const began = performance.now();
  await afterwards();
  // Whoever waits for a reader waits for as long as a write waits for one.
  expect(performance.now() - began).toBeLessThan(Number(file.db.pragma('busy_timeout', { simple: true })) / 2);
  expect(count()).toBe(0);
  reader.exec('COMMIT');
  expect(count()).toBe(COMMITS);
  reader.close();
});

test('D1 a disk that fails meanwhile is left to the next commit to tell; a mistake of ours is not kept quiet', () => {
  vi.useFakeTimers({ toFake: ['setImmediate'] });
  onTestFinished(() => void vi.useRealTimers());
  const failing = (error: Error) => {
    vi.spyOn(file.db, 'pragma').mockImplementation(() => {
      throw error;
    });
    commit(COMMITS);
    return () => vi.runAllTimers();
  };
  expect(failing(storeFailure())).not.toThrow();
  expect(failing(new TypeError('a mistake'))).toThrow('a mistake');
});

/** Such as the store gives: its class is the library's. */
function storeFailure(): Error {
  try {
    file.db.exec('SELECT * FROM nowhere');
  } catch (error) {
    if (isStoreFailure(error)) return error as Error;
  }
  throw new Error('the store does not fail');
}

test('D1 a store that was closed meanwhile is left alone', async () => {
  commit(COMMITS);
  file.close();
  await afterwards();
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
