import type { VaultKeys } from '@parley/server/adapters/credentials/provider-keys';
import { SqliteBudgets } from '@parley/server/adapters/store/budgets-sqlite';
import { GroupCommit } from '@parley/server/adapters/store/group-commit';
import { SqliteKeyPolicies } from '@parley/server/adapters/store/key-policies-sqlite';
import { SqliteRegistry } from '@parley/server/adapters/store/registry-sqlite';
import { isStoreFailure, openSqliteFile, type SqliteFile } from '@parley/server/adapters/store/sqlite-file';
import { SqliteVault } from '@parley/server/adapters/store/vault-sqlite';
import type { CallKey } from '@parley/server/ports/provider-keys';
import type { ToolName } from '@parley/shared/tools';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { user } from '../contracts/journal-samples.ts';
import { tool } from '../contracts/registry.ts';
import { keptKeys } from '../kit/kept-keys.ts';
import { RecordingLog } from '../kit/log.ts';
import { REF } from '../kit/room-ref.ts';
import { tempFolder, type TempFolder } from './sqlite-world.ts';

const ACME = REF.tenant;
const ANA = user('ana');
/** What the key of the provider `works` is kept by. */
const NAME = 'model/works' as ToolName;
const CALLER = { ...REF, user: ANA };
const secretsOf = (keys: readonly CallKey[]) => keys.map((key) => (key.of === 'server' ? 'server' : key.secret));

let folder: TempFolder;
let file: SqliteFile;
let log: RecordingLog;
let vault: SqliteVault;
let keys: VaultKeys;
beforeEach(async () => {
  folder = await tempFolder();
  file = openSqliteFile(folder.path);
  log = new RecordingLog();
  const writes = new GroupCommit((work) => file.db.transaction(work)(), isStoreFailure);
  vault = new SqliteVault(file.db, writes, file.keys);
  keys = keptKeys({ vault, keyPolicies: new SqliteKeyPolicies(file.db, writes), log });
  await keys.put(ACME, ANA, 'works', 'anas-key');
  await keys.put(ACME, null, 'works', 'acmes-key');
  await keys.setPolicy(ACME, { personal: true, fallback: false });
});
afterEach(async () => {
  file.close();
  await folder.remove();
});

/** As if it had been written for ana's key. */
function sealed(text: string): Uint8Array {
  return file.keys.seal(ACME, Buffer.from(text), `credential/ana/${NAME}`);
}

test('G5 a key that cannot be read any more is no key that was taken away: what is known of it is used, and no other account pays', async () => {
  const spoilt = [new Uint8Array(60), sealed('no json'), sealed('{"accessToken":7}')];
  expect(secretsOf(await keys.forCall(CALLER, 'works'))).toEqual(['anas-key']);
  for (const bytes of spoilt) {
    file.db.prepare("UPDATE credentials SET sealed = ? WHERE user = 'ana'").run(bytes);
    expect(await vault.get(ACME, ANA, NAME)).toBe('unreadable');
    expect(secretsOf(await keys.forCall(CALLER, 'works'))).toEqual(['anas-key']);
  }
  expect(log.of('snapshot.store-unreachable')).toHaveLength(spoilt.length);
  // It is there to be replaced or taken away.
  expect(await keys.holds(ACME, ANA, 'works')).toBe('unreadable');
  await keys.drop(ACME, ANA, 'works');
  expect(secretsOf(await keys.forCall(CALLER, 'works'))).toEqual(['acmes-key']);
});

test('G5 what nobody can have decided about keys is not what was decided: the last that was holds', async () => {
  const personal = () => keys.forCall(CALLER, 'works').then(secretsOf);
  expect(await personal()).toEqual(['anas-key']);
  for (const nonsense of ['personal = -7', 'personal = 2', 'fallback = 9007199254740993', 'fallback = -1']) {
    file.db.exec(`UPDATE key_policies SET personal = 1, fallback = 0; UPDATE key_policies SET ${nonsense}`);
    expect([nonsense, await personal()]).toEqual([nonsense, ['anas-key']]);
  }
  expect(log.lines.map(({ fields }) => fields)).toEqual(
    Array.from({ length: 4 }, () => ({ what: 'key policies', known: true, error: 'DataError' })),
  );
  file.db.exec('UPDATE key_policies SET personal = 0, fallback = 0');
  expect(await personal()).toEqual(['acmes-key']);
});

test('G5 an admin sees that what was decided cannot be read, with what holds meanwhile, and deciding again mends the row', async () => {
  await keys.forCall(CALLER, 'works');
  file.db.exec('UPDATE key_policies SET personal = 2, fallback = 7');
  expect(await keys.policy(ACME)).toEqual({ personal: true, fallback: false, unreadable: true });
  await keys.setPolicy(ACME, { personal: false, fallback: true });
  expect(await keys.policy(ACME)).toEqual({ personal: false, fallback: true, unreadable: false });
  expect(file.db.prepare('SELECT personal, fallback FROM key_policies').all()).toEqual([{ personal: 0, fallback: 1 }]);
});

test.each([-1, -900, '-9223372036854775808', '9007199254740992', '9223372036854775807'])(
  'G7 a limit of %s is none that anybody set: it cannot be read, after a restart too, and setting it again or taking it away mends it',
  async (nonsense) => {
    const writes = new GroupCommit((work) => file.db.transaction(work)(), isStoreFailure);
    const tables = () => new SqliteBudgets(file.db, writes);
    await tables().setLimit(ACME, { kind: 'tenant' }, 900);
    await tables().setLimit(ACME, { kind: 'background' }, 900);
    file.db.exec(`UPDATE budgets SET tokens = ${nonsense}`);
    const table = tables();
    expect(table.limit(ACME, { kind: 'tenant' })).toBe('unreadable');
    expect(table.limit(ACME, { kind: 'user', user: ANA })).toBeNull();
    await table.setLimit(ACME, { kind: 'tenant' }, 700);
    await table.setLimit(ACME, { kind: 'background' }, null);
    for (const at of [table, tables()])
      expect([at.limit(ACME, { kind: 'tenant' }), at.limit(ACME, { kind: 'background' })]).toEqual([700, null]);
  },
);

test('G7 what is no whole number gets into no row of limits, and the largest that can be set is read again', async () => {
  for (const nonsense of ["'many'", '1.5', 'NULL', '9e999', "x'00'"])
    expect(() => file.db.exec(`INSERT INTO budgets VALUES ('${ACME.id}', 'tenant', ${nonsense})`)).toThrow();
  file.db.exec(`INSERT INTO budgets VALUES ('${ACME.id}', 'tenant', ${Number.MAX_SAFE_INTEGER})`);
  const writes = new GroupCommit((work) => file.db.transaction(work)(), isStoreFailure);
  expect(new SqliteBudgets(file.db, writes).limit(ACME, { kind: 'tenant' })).toBe(Number.MAX_SAFE_INTEGER);
});

test('rows that can be of nobody, and tools that cannot be opened, keep no server from starting and change nothing for others', async () => {
  const writes = new GroupCommit((work) => file.db.transaction(work)(), isStoreFailure);
  await new SqliteBudgets(file.db, writes).setLimit(ACME, { kind: 'tenant' }, 900);
  await new SqliteRegistry(file.db, writes, file.keys).put(tool('mail', { tenant: ACME }));
  for (const nobody of ['', 'a/b', ' '])
    file.db.exec(`
      INSERT INTO budgets VALUES ('${nobody}', 'tenant', 1);
      INSERT INTO tools VALUES ('${nobody}', 'mail', x'00');`);
  file.db.exec(`
    INSERT INTO budgets VALUES ('${ACME.id}', 'nonsense', -1);
    INSERT INTO tools VALUES ('${ACME.id}', 'wiki', randomblob(99));`);
  const budgets = new SqliteBudgets(file.db, writes);
  expect(budgets.limit(ACME, { kind: 'tenant' })).toBe(900);
  expect(budgets.limit(ACME, { kind: 'user', user: ANA })).toBeNull();
  const registry = new SqliteRegistry(file.db, writes, file.keys);
  expect(registry.tools(ACME).map(({ name }) => name)).toEqual(['mail']);
});

test('G5 a store whose tables are gone costs no call anything, and is read again when they are back', async () => {
  expect(secretsOf(await keys.forCall(CALLER, 'works'))).toEqual(['anas-key']);
  const tables = ['credentials', 'key_policies'];
  file.db.exec(tables.map((name) => `ALTER TABLE ${name} RENAME TO gone_${name}`).join(';'));
  expect(secretsOf(await keys.forCall(CALLER, 'works'))).toEqual(['anas-key']);
  file.db.exec(tables.map((name) => `ALTER TABLE gone_${name} RENAME TO ${name}`).join(';'));
  file.db.exec("DELETE FROM credentials WHERE user = 'ana'");
  expect(secretsOf(await keys.forCall(CALLER, 'works'))).toEqual(['acmes-key']);
});
