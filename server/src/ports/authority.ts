import type { UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Tenant } from '../core/tenant.ts';
import type { Cancel } from './system.ts';

/**
 * Who may read what an outside system owns (R3): one batch for "may these people read these things".
 * A resource that the authority does not know, or cannot answer for in time, is absent from the answer:
 * then nobody may.
 */
export interface Authority {
  /** Never rejects. Reflects every change made before the call. */
  readers(tenant: Tenant, resources: readonly ResourceId[], users: readonly UserId[]): Promise<Readers>;
  /** A tool that is the authority for its own resource says who may read it; an authority of its own ignores that. */
  learn(tenant: Tenant, resource: ResourceId, readers: readonly UserId[]): Promise<void>;
  /** Calls back when readers of resources may have changed. */
  watch(changed: (tenant: Tenant, resources: readonly ResourceId[]) => void): Cancel;
}

export type Readers = ReadonlyMap<ResourceId, ReadonlySet<UserId>>;
