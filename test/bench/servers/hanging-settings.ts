// Loaded before a server (`node --import`): while there is a file `hangs` in its data folder, what is asked of its key
// policies and of its vault is never answered.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteKeyPolicies } from '@parley/server/adapters/store/key-policies-sqlite';
import { SqliteVault } from '@parley/server/adapters/store/vault-sqlite';

const HANGS = join(process.env['PARLEY_DATA'] ?? '', 'hangs');

for (const store of [SqliteKeyPolicies.prototype, SqliteVault.prototype] as const) hang(store);

function hang(store: { get: (...place: never[]) => Promise<unknown> }): void {
  const { get } = store;
  store.get = function (...place) {
    return existsSync(HANGS) ? new Promise(() => {}) : get.apply(this, place);
  };
}
