import { createSecretKey, type KeyObject } from 'node:crypto';
import { must } from '@parley/shared/assert';
import type { UserId } from '@parley/shared/ids';
import type { Database, Statement } from 'better-sqlite3';
import { mintTenant, tenantKey, type Tenant } from '../../core/tenant.ts';
import type { Sealer } from '../../ports/vault.ts';
import type { MasterKeys } from './master-key.ts';
import { Pseudonyms } from './pseudonyms.ts';
import { openWith, sealWith, versionOf } from './seal.ts';
import { durably } from '../store/log-sync.ts';
import { eraseIn } from '../store/sqlite-erase.ts';
import { hostRandom } from '../host/system.ts';

const KEY_BYTES = 32;

/** The master key is another one than that which wrapped the keys of this data: nothing was changed. */
export class WrongMasterKeyError extends Error {
  constructor() {
    super('the master key does not fit this data: start with the one it was written with');
    this.name = 'WrongMasterKeyError';
  }
}

/** The tenant's key was destroyed: what it sealed is gone, and nothing more is kept for it. */
export class TenantErasedError extends Error {
  constructor() {
    super('the key of this tenant was destroyed');
    this.name = 'TenantErasedError';
  }
}

/** A tenant's keys in memory, by version from 1; null when they were destroyed. */
type Ring = KeyObject[] | null;

/**
 * One random key for each tenant, kept wrapped with the master key, all of them in memory. Versions let a
 * tenant's key be changed while older seals stay readable.
 */
export class TenantKeys implements Sealer {
  readonly #db: Database;
  readonly #sql: Statements;
  readonly #master: KeyObject;
  readonly #rings = new Map<string, Ring>();
  /** By a tenant's first key, for as long as that is held. */
  readonly #pseudonyms = new WeakMap<KeyObject, Pseudonyms>();

  /** Throws {@link WrongMasterKeyError}. Keys that an older master key wrapped are wrapped anew. */
  constructor(db: Database, master: MasterKeys) {
    this.#db = db;
    this.#sql = prepare(db);
    this.#master = master.current;
    db.transaction(() => {
      for (const row of this.#sql.all.all()) this.#load(row, master);
    }).immediate();
  }

  /** Throws {@link TenantErasedError}. A tenant's first seal makes its key, which is on disk before this returns. */
  seal(tenant: Tenant, plain: Uint8Array, context: string): Uint8Array {
    const ring = this.#ringOf(tenant);
    return sealWith(must(ring.at(-1), 'a ring has a key'), ring.length, plain, context);
  }

  open(tenant: Tenant, sealed: Uint8Array, context: string): Uint8Array | null {
    const version = versionOf(sealed);
    const key = version === null ? undefined : this.#rings.get(tenantKey(tenant))?.[version - 1];
    return key === undefined ? null : openWith(key, sealed, context);
  }

  /** As {@link Pseudonym}; a new version of the tenant's key changes nothing of it. */
  pseudonym(tenant: Tenant, user: UserId): string | null {
    if (this.#rings.get(tenantKey(tenant)) === null) return null;
    const first = must(this.#ringOf(tenant)[0], 'a ring has a key');
    let pseudonyms = this.#pseudonyms.get(first);
    if (pseudonyms === undefined) this.#pseudonyms.set(first, (pseudonyms = new Pseudonyms(first)));
    return pseudonyms.of(user);
  }

  /** Whether anything was ever sealed for the tenant. */
  has(tenant: Tenant): boolean {
    return this.#rings.has(tenantKey(tenant));
  }

  /** From now on the tenant's things are sealed with a new key; what was sealed before stays readable. */
  rotate(tenant: Tenant): void {
    if (!this.has(tenant)) throw new Error('there is no key of this tenant');
    this.#add(tenant, this.#ringOf(tenant));
  }

  /** For good: nothing that was ever sealed for the tenant can be opened again, and nothing new is sealed. */
  destroy(tenant: Tenant): void {
    eraseIn(this.#db, () => {
      this.#sql.destroy.run(tenant.id);
      this.#sql.bury.run(tenant.id);
    });
    this.#rings.set(tenantKey(tenant), null);
  }

  #ringOf(tenant: Tenant): KeyObject[] {
    const ring = this.#rings.get(tenantKey(tenant));
    if (ring === null) throw new TenantErasedError();
    return ring ?? this.#add(tenant, []);
  }

  #add(tenant: Tenant, ring: KeyObject[]): KeyObject[] {
    const key = hostRandom(KEY_BYTES);
    const version = ring.length + 1;
    const wrapped = sealWith(this.#master, 0, key, placeOf(tenant, version));
    durably(this.#db, () => this.#sql.put.run(tenant.id, version, wrapped));
    ring.push(createSecretKey(key));
    this.#rings.set(tenantKey(tenant), ring);
    return ring;
  }

  #load({ tenant: id, version, wrapped }: KeyRow, master: MasterKeys): void {
    const tenant = must(mintTenant(id), 'a stored tenant');
    if (wrapped === null) return void this.#rings.set(tenantKey(tenant), null);
    const ring = this.#rings.get(tenantKey(tenant)) ?? [];
    ring.push(createSecretKey(this.#unwrap(tenant, version, wrapped, master)));
    this.#rings.set(tenantKey(tenant), ring);
  }

  #unwrap(tenant: Tenant, version: number, wrapped: Buffer, { current, older }: MasterKeys): Buffer {
    const place = placeOf(tenant, version);
    const known = openWith(current, wrapped, place);
    if (known !== null) return known;
    for (const master of older) {
      const key = openWith(master, wrapped, place);
      if (key === null) continue;
      this.#sql.put.run(tenant.id, version, sealWith(current, 0, key, place));
      return key;
    }
    throw new WrongMasterKeyError();
  }
}

function placeOf(tenant: Tenant, version: number): string {
  return `tenant-key/${tenantKey(tenant)}/${version}`;
}

interface KeyRow {
  readonly tenant: string;
  readonly version: number;
  readonly wrapped: Buffer | null;
}
type Statements = ReturnType<typeof prepare>;

function prepare(db: Database) {
  const all: Statement<[], KeyRow> = db.prepare(
    'SELECT tenant, version, wrapped FROM tenant_keys ORDER BY tenant, version',
  );
  const put: Statement<[string, number, Uint8Array]> = db.prepare(
    'INSERT OR REPLACE INTO tenant_keys (tenant, version, wrapped) VALUES (?, ?, ?)',
  );
  const destroy: Statement<[string]> = db.prepare('DELETE FROM tenant_keys WHERE tenant = ?');
  const bury: Statement<[string]> = db.prepare(
    'INSERT INTO tenant_keys (tenant, version, wrapped) VALUES (?, 1, NULL)',
  );
  return { all, put, destroy, bury };
}
