import type { UserId } from '@parley/shared/ids';
import type { ToolName } from '@parley/shared/tools';
import type { Tenant } from '../core/tenant.ts';

/** What one person's linked account at a tool's authority gave us. */
export interface LinkedCredential {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null;
}

/** Credentials of people, sealed with their tenant's key at rest (G5, R12). */
export interface Vault {
  /** Null: nothing is kept. `unreadable`: something is, and nobody knows any more what it was. */
  get(tenant: Tenant, user: UserId, tool: ToolName): Promise<LinkedCredential | 'unreadable' | null>;
  put(tenant: Tenant, user: UserId, tool: ToolName, credential: LinkedCredential): Promise<void>;
  drop(tenant: Tenant, user: UserId, tool: ToolName): Promise<void>;
  /** Everybody's; what they were, where they could be read. */
  dropAll(tenant: Tenant, tool: ToolName): Promise<readonly LinkedCredential[]>;
}

/**
 * The same string for one person always, another one in each tenant, and nothing can be told from it (R10). Null when
 * the tenant's key was destroyed.
 */
export type Pseudonym = (tenant: Tenant, user: UserId) => string | null;

/**
 * Seals bytes with the key of one tenant (AES-256-GCM). `context` is bound into the seal: what was sealed
 * for one place or one tenant cannot be opened in another.
 */
export interface Sealer {
  seal(tenant: Tenant, plain: Uint8Array, context: string): Uint8Array;
  /** Null when it was not sealed for this tenant and context, or the tenant's key was destroyed. */
  open(tenant: Tenant, sealed: Uint8Array, context: string): Uint8Array | null;
}
