import type { UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Tenant } from '../core/tenant.ts';

/** The built-in authority as admins keep it: who may read which resource. Absent is nobody. */
export interface ResourceTable {
  /** Null: nothing is kept about it. */
  readersOf(tenant: Tenant, resource: ResourceId): Promise<readonly UserId[] | null>;
  /** Resolves when it is durable and in effect. What an admin says stands above what tools say. */
  put(tenant: Tenant, resource: ResourceId, readers: readonly UserId[]): Promise<void>;
  /** False when there was nothing. */
  drop(tenant: Tenant, resource: ResourceId): Promise<boolean>;
}
