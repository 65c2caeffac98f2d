import type { ToolName } from '@parley/shared/tools';
import type { Database, Statement } from 'better-sqlite3';
import { mintTenant, type Tenant } from '../../core/tenant.ts';
import type { RegisteredTool, Registry } from '../../ports/registry.ts';
import type { Cancel } from '../../ports/system.ts';
import type { Sealer } from '../../ports/vault.ts';
import type { GroupCommit } from './group-commit.ts';
import { decodeTool, encodeTool } from './registry-json.ts';
import { MemoryRegistry } from './registry-memory.ts';
import { openText, sealText } from '../sealing/sealed-text.ts';

/** The tools of all tenants in a table, each sealed whole (its secrets are in there), and read from memory. */
export class SqliteRegistry implements Registry {
  readonly #memory = new MemoryRegistry();
  readonly #writes: GroupCommit;
  readonly #sealer: Sealer;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, writes: GroupCommit, sealer: Sealer) {
    this.#writes = writes;
    this.#sealer = sealer;
    this.#sql = prepare(db);
    for (const row of this.#sql.all.all()) this.#load(row);
  }

  tools(tenant: Tenant): readonly RegisteredTool[] {
    return this.#memory.tools(tenant);
  }

  tool(tenant: Tenant, name: ToolName): RegisteredTool | null {
    return this.#memory.tool(tenant, name);
  }

  async put(tool: RegisteredTool): Promise<void> {
    const sealed = sealText(this.#sealer, tool.tenant, encodeTool(tool), placeOf(tool.name));
    await this.#writes.run(() => this.#sql.put.run(tool.tenant.id, tool.name, sealed));
    await this.#memory.put(tool);
  }

  async drop(tenant: Tenant, name: ToolName): Promise<boolean> {
    await this.#writes.run(() => this.#sql.drop.run(tenant.id, name));
    return this.#memory.drop(tenant, name);
  }

  watch(changed: (tenant: Tenant, name: ToolName) => void): Cancel {
    return this.#memory.watch(changed);
  }

  /** What cannot be opened any more belongs to a tenant whose key was destroyed, or to none that anybody can be of. */
  #load({ tenant: id, name, sealed }: ToolRow): void {
    const tenant = mintTenant(id);
    if (tenant === null) return;
    const json = openText(this.#sealer, tenant, sealed, placeOf(name));
    if (json !== null) this.#memory.hold(decodeTool(tenant, json));
  }
}

function placeOf(name: string): string {
  return `tool/${name}`;
}

interface ToolRow {
  readonly tenant: string;
  readonly name: string;
  readonly sealed: Buffer;
}

function prepare(db: Database) {
  const all: Statement<[], ToolRow> = db.prepare('SELECT tenant, name, sealed FROM tools');
  const put: Statement<[string, ToolName, Uint8Array]> = db.prepare(
    'INSERT OR REPLACE INTO tools (tenant, name, sealed) VALUES (?, ?, ?)',
  );
  const drop: Statement<[string, ToolName]> = db.prepare('DELETE FROM tools WHERE tenant = ? AND name = ?');
  return { all, put, drop };
}
