import type { UserId } from '@parley/shared/ids';
import type { KeyOf, KeyPolicy } from '../core/calling/key-choice.ts';
import type { Tenant } from '../core/tenant.ts';
import type { Caller } from './model.ts';

export type { KeyOf, KeyPolicy };

/** Whose key it is: a person's, or with null their tenant's. */
export type KeyOwner = UserId | null;

/** What holds for the keys of a tenant. */
export interface HeldPolicy extends KeyPolicy {
  /** What was decided cannot be read any more: what it was last, as far as that is known, holds until somebody decides again. */
  readonly unreadable: boolean;
}

/** Keys for model providers that tenants and people brought (G5). They go in and never come out to anybody. */
export interface ProviderKeys {
  /** Hosts that a key can be for, with the models that they may answer as. */
  readonly providers: ReadonlyMap<string, readonly string[]>;
  policy(tenant: Tenant): Promise<HeldPolicy>;
  /** Resolves when it is on disk and in effect. */
  setPolicy(tenant: Tenant, policy: KeyPolicy): Promise<void>;
  /** `unreadable`: one is kept, and nobody knows any more what it is. */
  holds(tenant: Tenant, owner: KeyOwner, provider: string): Promise<boolean | 'unreadable'>;
  /** Replaces the one before. */
  put(tenant: Tenant, owner: KeyOwner, provider: string, key: string): Promise<void>;
  drop(tenant: Tenant, owner: KeyOwner, provider: string): Promise<void>;
}

/** A key for one call. */
export type CallKey =
  | { readonly of: 'server' }
  /** `name` tells it from other keys without being it. */
  | { readonly of: Exclude<KeyOf, 'server'>; readonly name: string; readonly secret: string };

export interface CallKeys {
  /** Best first, at least one. Never rejects: while its store does not answer, what it said last holds. */
  forCall(caller: Caller, provider: string): Promise<readonly CallKey[]>;
}

/** What admins decided about keys, durable; {@link ProviderKeys} is what to ask. */
export interface KeyPolicyTable {
  /** Null: nothing was decided. `unreadable`: something was, and nobody knows any more what it was. */
  get(tenant: Tenant): Promise<KeyPolicy | 'unreadable' | null>;
  set(tenant: Tenant, policy: KeyPolicy): Promise<void>;
}
