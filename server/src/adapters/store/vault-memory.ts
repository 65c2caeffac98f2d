import type { UserId } from '@parley/shared/ids';
import type { ToolName } from '@parley/shared/tools';
import { personKey, type Tenant } from '../../core/tenant.ts';
import type { LinkedCredential, Vault } from '../../ports/vault.ts';

/** Credentials that live as long as the process and touch no disk. */
export class MemoryVault implements Vault {
  readonly #credentials = new Map<string, LinkedCredential>();

  async get(tenant: Tenant, user: UserId, tool: ToolName): Promise<LinkedCredential | null> {
    return this.#credentials.get(keyOf(tenant, user, tool)) ?? null;
  }

  async put(tenant: Tenant, user: UserId, tool: ToolName, credential: LinkedCredential): Promise<void> {
    this.#credentials.set(keyOf(tenant, user, tool), credential);
  }

  async drop(tenant: Tenant, user: UserId, tool: ToolName): Promise<void> {
    this.#credentials.delete(keyOf(tenant, user, tool));
  }
}

/** No part can hold the separator. */
function keyOf(tenant: Tenant, user: UserId, tool: ToolName): string {
  return `${personKey(tenant, user)}/${tool}`;
}
