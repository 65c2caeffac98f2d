import { createHmac, hkdfSync, randomBytes, type BinaryLike } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteFile, type SqliteFile } from '@parley/server/adapters/store/sqlite-file';
import { openSqliteStore } from '@parley/server/adapters/store/store-sqlite';
import { openMasterKeys } from '@parley/server/adapters/sealing/master-key';
import { openWith } from '@parley/server/adapters/sealing/seal';
import { TenantErasedError, TenantKeys, WrongMasterKeyError } from '@parley/server/adapters/sealing/tenant-keys';
import { must } from '@parley/shared/assert';
import { ToolName } from '@parley/shared/tools';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tool } from '../contracts/registry.ts';
import { tenant, user } from '../contracts/journal-samples.ts';
import { tempFolder, type TempFolder } from './sqlite-world.ts';

const acme = tenant('acme');
const rival = tenant('rival');
const words = Buffer.from('a sentence to look for');
const fresh = (): string => randomBytes(32).toString('base64');

let folder: TempFolder;
let file: SqliteFile;
beforeEach(async () => {
  folder = await tempFolder();
  file = openSqliteFile(folder.path);
});
afterEach(async () => {
  file.close();
  await folder.remove();
});

function reopen(...masterKeys: string[]): TenantKeys {
  file.close();
  file = openSqliteFile(folder.path, masterKeys);
  return file.keys;
}

function opened(keys: TenantKeys, sealed: Uint8Array, of = acme, place = 'p'): string | null {
  const plain = keys.open(of, sealed, place);
  return plain === null ? null : Buffer.from(plain).toString();
}

/** Names of the files in the data folder that hold these bytes. */
function filesWith(bytes: string | Buffer): string[] {
  return readdirSync(folder.path).filter((name) => readFileSync(join(folder.path, name)).includes(bytes));
}

test('D12 A88 what is sealed opens for its tenant and place alone, and not when a single bit was changed', () => {
  const { keys } = file;
  keys.seal(rival, words, 'p');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), fc.nat(), (plain, place, at) => {
      const sealed = keys.seal(acme, plain, place);
      expect(Buffer.from(keys.open(acme, sealed, place) ?? 'nothing')).toEqual(Buffer.from(plain));
      expect(keys.open(rival, sealed, place)).toBeNull();
      expect(keys.open(acme, sealed, `${place}!`)).toBeNull();
      const bent = Uint8Array.from(sealed);
      const index = at % bent.length;
      bent[index] = (bent[index] ?? 0) ^ 1;
      expect(keys.open(acme, bent, place)).toBeNull();
    }),
    { seed: 1, numRuns: 300 },
  );
});

test('D12 A88 bytes that were never sealed open to nothing', () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(40), words, new Uint8Array(33).fill(1)])
    expect(file.keys.open(acme, bytes, 'p')).toBeNull();
});

test('D12 A88 two seals of the same words differ', () => {
  const seals = Array.from({ length: 50 }, () => Buffer.from(file.keys.seal(acme, words, 'p')).toString('hex'));
  expect(new Set(seals).size).toBe(50);
});

test('D12 A88 keys outlive a restart, and the folder holds its master key for its owner alone', () => {
  const sealed = file.keys.seal(acme, words, 'p');
  expect(opened(reopen(), sealed)).toBe(words.toString());
  const path = join(folder.path, 'master-key');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  chmodSync(path, 0o644);
  reopen();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('D12 A88 another master key is refused by name, changes nothing and is nowhere in the message', () => {
  const sealed = file.keys.seal(acme, words, 'p');
  const other = fresh();
  file.close();
  expect(() => openSqliteFile(folder.path, [other])).toThrow(WrongMasterKeyError);
  file = openSqliteFile(folder.path);
  expect(opened(file.keys, sealed)).toBe(words.toString());
});

test('a damaged master key is refused without showing it', () => {
  file.close();
  const path = join(folder.path, 'master-key');
  const before = readFileSync(path, 'utf8');
  for (const text of ['hunter2', '']) {
    writeFileSync(path, text);
    expect(() => openSqliteFile(folder.path)).toThrow(/master-key is damaged: it must be base64 of 32 bytes$/);
  }
  writeFileSync(path, before);
  file = openSqliteFile(folder.path);
});

test('D12 A88 a new master key wraps what an older one did, and the older one is not needed again', () => {
  const sealed = file.keys.seal(acme, words, 'p');
  const old = readFileSync(join(folder.path, 'master-key'), 'utf8').trim();
  const next = fresh();
  expect(opened(reopen(next, old), sealed)).toBe(words.toString());
  expect(opened(reopen(next), sealed)).toBe(words.toString());
  file.close();
  expect(() => openSqliteFile(folder.path, [old])).toThrow(WrongMasterKeyError);
  file = openSqliteFile(folder.path, [next]);
});

test("D12 A88 a tenant's key can be changed: new seals use it, older ones stay readable, after a restart too", () => {
  const before = file.keys.seal(acme, words, 'p');
  file.keys.rotate(acme);
  const after = file.keys.seal(acme, words, 'p');
  expect([before[4], after[4]]).toEqual([1, 2]);
  for (const keys of [file.keys, reopen()])
    expect([opened(keys, before), opened(keys, after)]).toEqual([words.toString(), words.toString()]);
});

test('D12 A88 a destroyed key is in no file, opens nothing and seals nothing; other tenants go on', () => {
  const sealed = file.keys.seal(acme, words, 'p');
  const theirs = file.keys.seal(rival, words, 'p');
  file.keys.rotate(acme);
  const wrapped = file.db.prepare("SELECT wrapped FROM tenant_keys WHERE tenant = 'acme'").pluck().all() as Buffer[];
  expect(wrapped.map((key) => filesWith(key).length > 0)).toEqual([true, true]);
  file.keys.destroy(acme);
  for (const keys of [file.keys, reopen()]) {
    expect([opened(keys, sealed), opened(keys, theirs, rival)]).toEqual([null, words.toString()]);
    expect(() => keys.seal(acme, words, 'p')).toThrow(TenantErasedError);
    expect(() => keys.rotate(acme)).toThrow(TenantErasedError);
  }
  expect(wrapped.flatMap((key) => filesWith(key))).toEqual([]);
});

test('G5 no secret of a tool and no credential of a person is in any file of the data folder', async () => {
  file.close();
  const store = openSqliteStore(folder.path);
  const [ada, mail] = [user('ada'), ToolName.parse('mail')];
  const secrets = ['canary.client.secret', 'canary.shared.secret', 'canary.access', 'canary.refresh'];
  const [clientSecret = '', secret = '', accessToken = '', refreshToken = ''] = secrets;
  const auth = { kind: 'exchange', tokenUrl: 'https://a.example', audience: 'm', clientId: 'c', clientSecret } as const;
  await store.registry.put(tool('mail', { auth }));
  await store.registry.put(tool('wiki', { auth: { kind: 'secret', secret } }));
  await store.vault.put(acme, ada, mail, { accessToken, refreshToken, expiresAt: null });
  expect(filesWith('mail')).not.toEqual([]);
  for (const text of secrets) expect(filesWith(text)).toEqual([]);
  await store.vault.drop(acme, ada, mail);
  await store.journal.close();
  for (const text of secrets) expect(filesWith(text)).toEqual([]);
  file = openSqliteFile(folder.path);
});

test('D12 A88 rows of one tenant, person or tool that are put in place of others open to nothing', async () => {
  file.close();
  const store = openSqliteStore(folder.path);
  const mail = ToolName.parse('mail');
  const credential = { accessToken: 'a', refreshToken: null, expiresAt: null };
  await store.vault.put(acme, user('ada'), mail, credential);
  await store.vault.put(acme, user('bob'), mail, { ...credential, accessToken: 'b' });
  await store.registry.put(tool('mail'));
  await store.registry.put(tool('mail', { tenant: rival }));
  await store.journal.close();
  file = openSqliteFile(folder.path);
  file.db.exec(
    "UPDATE credentials SET sealed = (SELECT sealed FROM credentials WHERE user = 'ada') WHERE user = 'bob'",
  );
  file.db.exec("UPDATE tools SET sealed = (SELECT sealed FROM tools WHERE tenant = 'acme') WHERE tenant = 'rival'");
  file.close();
  const after = openSqliteStore(folder.path);
  expect(await after.vault.get(acme, user('ada'), mail)).toEqual(credential);
  expect(await after.vault.get(acme, user('bob'), mail)).toBe('unreadable');
  expect([after.registry.tools(acme).length, after.registry.tools(rival).length]).toEqual([1, 0]);
  await after.journal.close();
  file = openSqliteFile(folder.path);
});

test('R10 a pseudonym is the same always, another one for another person or tenant, and none of a tenant that was forgotten', async () => {
  const { keys } = file;
  const ana = keys.pseudonym(acme, user('ana'));
  expect(ana).toMatch(/^[\w-]{43}$/u);
  expect([keys.pseudonym(acme, user('bob')), keys.pseudonym(rival, user('ana'))]).not.toContain(ana);
  keys.rotate(acme);
  expect(keys.pseudonym(acme, user('ana'))).toBe(ana);
  const again = reopen();
  expect(again.pseudonym(acme, user('ana'))).toBe(ana);
  again.destroy(acme);
  expect(again.pseudonym(acme, user('ana'))).toBeNull();
});

test('R10 a pseudonym is the same when so many others were asked for that it was forgotten meanwhile', () => {
  const { keys } = file;
  const ana = keys.pseudonym(acme, user('ana'));
  const others = Array.from({ length: 1_500 }, (_, index) => keys.pseudonym(acme, user(`person-${index}`)));
  expect(new Set([ana, ...others]).size).toBe(1_501);
  expect(keys.pseudonym(acme, user('ana'))).toBe(ana);
});

test('R10 D12 a pseudonym is made with a key of its own, derived once for all from the first of the tenant, and with none that seals', () => {
  const { keys, db } = file;
  const pseudonym = keys.pseudonym(acme, user('ana'));
  keys.rotate(acme);
  const wrapped = db.prepare("SELECT wrapped FROM tenant_keys WHERE tenant = 'acme' ORDER BY version").pluck().all();
  const { current } = openMasterKeys(folder.path, []);
  const sealing = wrapped.map((key, index) =>
    must(openWith(current, key as Buffer, `tenant-key/acme/${index + 1}`), 'a key that the folder’s own wraps'),
  );
  expect(sealing).toHaveLength(2);
  const named = (key: BinaryLike) => createHmac('sha256', key).update('ana').digest('base64url');
  expect([...sealing.map(named), named(current.export())]).not.toContain(pseudonym);
  // The same for as long as the tenant's data is: a provider that counts by it goes on counting.
  const [first] = sealing.map((key) => Buffer.from(hkdfSync('sha256', key, '', 'pseudonyms', 32)));
  expect(pseudonym).toBe(named(must(first, 'a first key')));
});
