import type { UserId } from '@parley/shared/ids';
import type { ToolName } from '@parley/shared/tools';
import { personKey, type Tenant } from '../../core/tenant.ts';
import type { LinkedCredential, Vault } from '../../ports/vault.ts';

interface Kept {
  readonly tenant: Tenant;
  readonly tool: ToolName;
  readonly credential: LinkedCredential;
}

/** Credentials that live as long as the process and touch no disk. */
export class MemoryVault implements Vault {
  readonly #kept = new Map<string, Kept>();

  async get(tenant: Tenant, user: UserId, tool: ToolName): Promise<LinkedCredential | null> {
    return this.#kept.get(keyOf(tenant, user, tool))?.credential ?? null;
  }

  async put(tenant: Tenant, user: UserId, tool: ToolName, credential: LinkedCredential): Promise<void> {
    this.#kept.set(keyOf(tenant, user, tool), { tenant, tool, credential });
  }

  async drop(tenant: Tenant, user: UserId, tool: ToolName): Promise<void> {
    this.#kept.delete(keyOf(tenant, user, tool));
  }

  async dropAll(tenant: Tenant, tool: ToolName): Promise<readonly LinkedCredential[]> {
    const gone = [...this.#kept].filter(([, one]) => one.tenant.id === tenant.id && one.tool === tool);
    for (const [key] of gone) this.#kept.delete(key);
    return gone.map(([, { credential }]) => credential);
  }
}

/** No part can hold the separator. */
function keyOf(tenant: Tenant, user: UserId, tool: ToolName): string {
  return `${personKey(tenant, user)}/${tool}`;
}
