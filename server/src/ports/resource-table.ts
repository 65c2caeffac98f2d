import type { UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Tenant } from '../core/tenant.ts';

/** What an admin said of one resource; the first readers by id, and how many there are. */
export interface SaidResource {
  readonly resource: ResourceId;
  readonly readers: readonly UserId[];
  readonly count: number;
}

export interface SaidQuery {
  /** The last resource of the page before; null: from the beginning. */
  readonly after: string | null;
  readonly limit: number;
  /** Only what this person may read; null: all. */
  readonly reader: UserId | null;
}

/**
 * The built-in authority as admins keep it: who may read which resource. Absent is nobody. What tools said of their
 * own resources is in effect as well and not shown here: that it is there tells that somebody used the tool (R16).
 */
export interface ResourceTable {
  /** Sorted by name. */
  said(tenant: Tenant, query: SaidQuery): Promise<readonly SaidResource[]>;
  /** Null: no admin said anything about it. */
  readersOf(tenant: Tenant, resource: ResourceId): Promise<readonly UserId[] | null>;
  /** Resolves when it is durable and in effect. What an admin says stands above what tools say. */
  put(tenant: Tenant, resource: ResourceId, readers: readonly UserId[]): Promise<void>;
  /** False when no admin had said anything. */
  drop(tenant: Tenant, resource: ResourceId): Promise<boolean>;
}

/** So many readers are named in a list. */
export const READERS_NAMED = 8;
