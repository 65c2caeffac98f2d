import type { RoomId, UserId } from '@parley/shared/ids';
import type { RoomRole } from '@parley/shared/roles';
import type { Tenant } from '../core/tenant.ts';
import type { Cancel } from './system.ts';

/** One room as a tenant's admin sees it: who is in it, and nothing of what was said. */
export interface RoomOverview {
  readonly id: RoomId;
  readonly title: string;
  readonly createdAt: number;
  readonly members: readonly { readonly user: UserId; readonly role: RoomRole }[];
  /** How many calls wait for somebody's word, private lanes not counted. */
  readonly waiting: number;
}

/** The people of a tenant, as its rooms know them. */
export interface People {
  rooms(tenant: Tenant, after: string | null, limit: number): Promise<readonly RoomOverview[]>;
  /** Over all rooms of the tenant. */
  waiting(tenant: Tenant): Promise<number>;
  /** Tokens of this person that were issued before this moment are refused, here and from now on. */
  revoke(tenant: Tenant, user: UserId, at: number): Promise<void>;
  /** Milliseconds since the epoch; null when never. In memory, so that every request can ask. */
  revokedAt(tenant: Tenant, user: UserId): number | null;
  watch(revoked: (tenant: Tenant, user: UserId) => void): Cancel;
}
