import type { UserId } from '@parley/shared/ids';
import type { ToolName } from '@parley/shared/tools';
import { DEFAULT_KEY_POLICY, keysInTurn } from '../../core/calling/key-choice.ts';
import { personKey, tenantKey, type Tenant } from '../../core/tenant.ts';
import type { Caller } from '../../ports/model.ts';
import type {
  CallKey,
  CallKeys,
  HeldPolicy,
  KeyOwner,
  KeyPolicy,
  KeyPolicyTable,
  ProviderKeys,
} from '../../ports/provider-keys.ts';
import type { Digest } from '../../ports/system.ts';
import type { Vault } from '../../ports/vault.ts';
import { LastGood, type LastGoodDeps } from './last-good.ts';

export interface VaultKeysDeps extends LastGoodDeps {
  readonly vault: Pick<Vault, 'get' | 'put' | 'drop'>;
  readonly keyPolicies: KeyPolicyTable;
  readonly digest: Digest;
  /** By host: names of models. */
  readonly providers: ReadonlyMap<string, readonly string[]>;
}

/** Keys of tenants and people, kept in the vault beside the accounts that people linked (G5). */
export class VaultKeys implements ProviderKeys, CallKeys {
  readonly providers: ReadonlyMap<string, readonly string[]>;
  readonly #deps: VaultKeysDeps;
  readonly #policies: LastGood<KeyPolicy>;
  readonly #keys: LastGood<string | null>;

  constructor(deps: VaultKeysDeps) {
    this.#deps = deps;
    this.providers = deps.providers;
    this.#policies = new LastGood('key policies', deps);
    this.#keys = new LastGood('provider keys', deps);
  }

  async policy(tenant: Tenant): Promise<HeldPolicy> {
    const decided = (await this.#deps.keyPolicies.get(tenant)) ?? DEFAULT_KEY_POLICY;
    if (decided !== 'unreadable') return { ...decided, unreadable: false };
    return { ...(await this.#lastPolicy(tenant)), unreadable: true };
  }

  async setPolicy(tenant: Tenant, policy: KeyPolicy): Promise<void> {
    await this.#deps.keyPolicies.set(tenant, policy);
    this.#policies.keep(tenantKey(tenant), policy);
  }

  async holds(tenant: Tenant, owner: KeyOwner, provider: string): Promise<boolean | 'unreadable'> {
    const credential = await this.#deps.vault.get(tenant, vaultUser(owner), vaultName(provider));
    return credential === 'unreadable' ? credential : credential !== null;
  }

  async put(tenant: Tenant, owner: KeyOwner, provider: string, key: string): Promise<void> {
    const credential = { accessToken: key, refreshToken: null, expiresAt: null };
    await this.#deps.vault.put(tenant, vaultUser(owner), vaultName(provider), credential);
    this.#keys.keep(placeOf(tenant, owner, provider), key);
  }

  async drop(tenant: Tenant, owner: KeyOwner, provider: string): Promise<void> {
    await this.#deps.vault.drop(tenant, vaultUser(owner), vaultName(provider));
    this.#keys.keep(placeOf(tenant, owner, provider), null);
  }

  async forCall({ tenant, user }: Caller, provider: string): Promise<readonly CallKey[]> {
    const [policy, tenants, speakers] = await Promise.all([
      this.#lastPolicy(tenant),
      this.#lastHeld(tenant, null, provider),
      user === undefined ? null : this.#lastHeld(tenant, user, provider),
    ]);
    const secrets = { speaker: speakers, tenant: tenants };
    const held = { speaker: speakers !== null, tenant: tenants !== null };
    return keysInTurn(held, policy).map((of): CallKey => {
      const secret = of === 'server' ? null : secrets[of];
      if (of === 'server' || secret === null) return { of: 'server' };
      const owner = of === 'tenant' ? null : (user ?? null);
      return { of, secret, name: `${placeOf(tenant, owner, provider)} ${this.#deps.digest(secret)}` };
    });
  }

  #lastPolicy(tenant: Tenant): Promise<KeyPolicy> {
    return this.#policies.read(tenantKey(tenant), () => this.#decided(tenant), DEFAULT_KEY_POLICY);
  }

  async #decided(tenant: Tenant): Promise<KeyPolicy> {
    const decided = await this.#deps.keyPolicies.get(tenant);
    if (decided === 'unreadable') throw unreadable('what was decided about keys');
    return decided ?? DEFAULT_KEY_POLICY;
  }

  #lastHeld(tenant: Tenant, owner: KeyOwner, provider: string): Promise<string | null> {
    return this.#keys.read(placeOf(tenant, owner, provider), () => this.#held(tenant, owner, provider), null);
  }

  async #held(tenant: Tenant, owner: KeyOwner, provider: string): Promise<string | null> {
    const credential = await this.#deps.vault.get(tenant, vaultUser(owner), vaultName(provider));
    // Whoever brought a key did not say that another one pays when theirs is lost.
    if (credential === 'unreadable') throw unreadable('a key');
    return credential?.accessToken ?? null;
  }
}

/** By its name the log tells it from a store that does not answer. */
function unreadable(what: string): Error {
  return new DOMException(`${what} cannot be read`, 'DataError');
}

/** One string for each key; no part but the last can hold the separator. */
function placeOf(tenant: Tenant, owner: KeyOwner, provider: string): string {
  return `${personKey(tenant, vaultUser(owner))}/${provider}`;
}

/** The vault keeps by person; a tenant's own stands under nobody's id. */
function vaultUser(owner: KeyOwner): UserId {
  return owner ?? ('' as UserId);
}

/** The vault keeps by name of a tool; no tool has a slash in its name. */
function vaultName(provider: string): ToolName {
  return `model/${provider}` as ToolName;
}
