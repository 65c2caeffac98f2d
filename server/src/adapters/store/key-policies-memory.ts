import { tenantKey, type Tenant } from '../../core/tenant.ts';
import type { KeyPolicy, KeyPolicyTable } from '../../ports/provider-keys.ts';

/** Decisions that live as long as the process. */
export class MemoryKeyPolicies implements KeyPolicyTable {
  readonly #policies = new Map<string, KeyPolicy>();

  async get(tenant: Tenant): Promise<KeyPolicy | null> {
    return this.#policies.get(tenantKey(tenant)) ?? null;
  }

  async set(tenant: Tenant, policy: KeyPolicy): Promise<void> {
    this.#policies.set(tenantKey(tenant), policy);
  }
}
