import { durably, LogSync } from '@parley/server/adapters/store/log-sync';
import { openSqliteFile, type SqliteFile } from '@parley/server/adapters/store/sqlite-file';
import { openSqliteStore } from '@parley/server/adapters/store/store-sqlite';
import type * as fs from 'node:fs';
import { fstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { REF } from '../kit/room-ref.ts';
import { settled } from '../kit/room-world.ts';
import { tempFolder, type TempFolder } from './sqlite-world.ts';

const disk = vi.hoisted(() => {
  /** What is being synced, and whether that waits for a word. */
  return { asked: [] as { readonly file: number; readonly done: (error: Error | null) => void }[], held: false };
});
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  const fdatasync = (file: number, done: (error: Error | null) => void): void => {
    disk.asked.push({ file, done });
    if (!disk.held) done(null);
  };
  return { ...real, fdatasync };
});

let folder: TempFolder;
beforeEach(async () => {
  folder = await tempFolder();
  disk.asked.length = 0;
  disk.held = false;
});
afterEach(() => folder.remove());

test('D1 nothing is acknowledged before the log that holds it is synced, and a disk that fails acknowledges nothing', async () => {
  const { journal } = openSqliteStore(folder.path);
  const { epoch } = await journal.acquire(REF);
  disk.held = true;
  disk.asked.length = 0;
  const done: string[] = [];
  const batch = { expectedSeq: 0, records: [], updates: [], busy: true };
  const written = journal.append(REF, epoch, batch).then(() => done.push('acknowledged'));
  await settled();
  expect([disk.asked.length, done]).toEqual([1, []]);
  const log = statSync(join(folder.path, 'parley.sqlite-wal'));
  expect(fstatSync(disk.asked[0]?.file ?? -1).ino).toBe(log.ino);
  disk.asked[0]?.done(null);
  await written;
  expect(done).toEqual(['acknowledged']);
  expect(await journal.healthy()).toBe(true);
  const failing = journal.append(REF, epoch, { ...batch, busy: false });
  await settled();
  disk.asked[1]?.done(new Error('EIO'));
  await expect(failing).rejects.toThrow('EIO');
  expect(await journal.healthy()).toBe(false);
  await expect(journal.append(REF, epoch, { ...batch, busy: false })).rejects.toThrow('EIO');
  await journal.close();
});

test('D2 a lazy batch waits for no sync, and is synced with the next that is not', async () => {
  const { journal } = openSqliteStore(folder.path);
  const { epoch } = await journal.acquire(REF);
  disk.asked.length = 0;
  const update = { doc: 'transcript', update: new Uint8Array([0, 0]) } as const;
  await journal.append(REF, epoch, { expectedSeq: 0, records: [], updates: [update], lazy: true });
  expect([disk.asked.length, (await journal.loadDoc(REF, 'transcript')).length]).toEqual([0, 1]);
  await journal.append(REF, epoch, { expectedSeq: 0, records: [], updates: [update] });
  expect(disk.asked.length).toBe(1);
  await journal.close();
});

const level = ({ db }: SqliteFile): unknown => db.pragma('synchronous', { simple: true });

test('D1 what does not come through the log’s own sync is synced by SQLite: the key of a tenant is on disk before anything is sealed', () => {
  const file = openSqliteFile(folder.path);
  expect(level(file)).toBe(1);
  const during: unknown[] = [];
  durably(file.db, () => during.push(level(file)));
  expect(() =>
    durably(file.db, () => {
      during.push(level(file));
      throw new RangeError('a mistake');
    }),
  ).toThrow('a mistake');
  expect([during, level(file)]).toEqual([[2, 2], 1]);
  const wrapped = vi.spyOn(file.db, 'pragma');
  file.keys.seal(REF.tenant, new Uint8Array(1), 'context');
  expect(wrapped.mock.calls.map(([pragma]) => pragma)).toContain('synchronous = FULL');
  file.close();
});

test('D1 a change within a transaction is as durable as that', () => {
  const file = openSqliteFile(folder.path);
  const log = new LogSync(file.db);
  const during: unknown[] = [];
  log.commit(() => durably(file.db, () => during.push(level(file))));
  expect(during).toEqual([1]);
  log.close();
  file.close();
});
