import type { UserId } from '@parley/shared/ids';
import type { ToolName } from '@parley/shared/tools';
import type { Database, Statement } from 'better-sqlite3';
import type { Tenant } from '../../core/tenant.ts';
import type { LinkedCredential, Sealer, Vault } from '../../ports/vault.ts';
import { decodeCredential, encodeCredential } from './credential-json.ts';
import type { GroupCommit } from './group-commit.ts';
import { openText, sealText } from '../sealing/sealed-text.ts';

/** Credentials in a table, each sealed with its tenant's key for its person and tool (G5). */
export class SqliteVault implements Vault {
  readonly #writes: GroupCommit;
  readonly #sealer: Sealer;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, writes: GroupCommit, sealer: Sealer) {
    this.#writes = writes;
    this.#sealer = sealer;
    this.#sql = prepare(db);
  }

  async get(tenant: Tenant, user: UserId, tool: ToolName): Promise<LinkedCredential | 'unreadable' | null> {
    const row = this.#sql.get.get(tenant.id, user, tool);
    return row ? (this.#opened(tenant, tool, { user, ...row }) ?? 'unreadable') : null;
  }

  async put(tenant: Tenant, user: UserId, tool: ToolName, credential: LinkedCredential): Promise<void> {
    const sealed = sealText(this.#sealer, tenant, encodeCredential(credential), placeOf(user, tool));
    await this.#writes.run(() => this.#sql.put.run(tenant.id, user, tool, sealed));
  }

  async drop(tenant: Tenant, user: UserId, tool: ToolName): Promise<void> {
    await this.#writes.run(() => this.#sql.drop.run(tenant.id, user, tool));
  }

  async dropAll(tenant: Tenant, tool: ToolName): Promise<readonly LinkedCredential[]> {
    const rows = await this.#writes.run(() => this.#sql.dropAll.all(tenant.id, tool));
    return rows.flatMap((row) => this.#opened(tenant, tool, row) ?? []);
  }

  #opened(tenant: Tenant, tool: ToolName, { user, sealed }: Row): LinkedCredential | null {
    const json = openText(this.#sealer, tenant, sealed, placeOf(user, tool));
    return json === null ? null : decodeCredential(json);
  }
}

interface Row {
  readonly user: UserId;
  readonly sealed: Buffer;
}

function placeOf(user: UserId, tool: ToolName): string {
  return `credential/${user}/${tool}`;
}

function prepare(db: Database) {
  const get: Statement<[string, UserId, ToolName], { sealed: Buffer }> = db.prepare(
    'SELECT sealed FROM credentials WHERE tenant = ? AND user = ? AND tool = ?',
  );
  const put: Statement<[string, UserId, ToolName, Uint8Array]> = db.prepare(
    'INSERT OR REPLACE INTO credentials (tenant, user, tool, sealed) VALUES (?, ?, ?, ?)',
  );
  const drop: Statement<[string, UserId, ToolName]> = db.prepare(
    'DELETE FROM credentials WHERE tenant = ? AND user = ? AND tool = ?',
  );
  const dropAll: Statement<[string, ToolName], Row> = db.prepare(
    'DELETE FROM credentials WHERE tenant = ? AND tool = ? RETURNING user, sealed',
  );
  return { get, put, drop, dropAll };
}
