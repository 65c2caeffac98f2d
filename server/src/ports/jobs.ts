import type { JobKind } from '@parley/shared/background';
import type { JobId } from '@parley/shared/ids';
import type { Job, JobIn, JobState } from '../core/background/job.ts';
import type { RoomRef, Tenant } from '../core/tenant.ts';

export type { Job, JobState };

/** Work to be done for a room. A room has one job of a kind at most. */
export interface WantedJob {
  readonly id: JobId;
  readonly ref: RoomRef;
  readonly kind: JobKind;
  readonly by: string;
  readonly at: number;
  readonly notBefore: number;
  /** Whether one that is ready or dead gives way to it. */
  readonly anew: boolean;
}

/** What waits over all tenants, for metrics. */
export interface JobSums {
  readonly waiting: number;
  /** When the oldest of them was asked for; null without any. */
  readonly oldestAt: number | null;
  readonly dead: number;
}

/**
 * Background work (G9), durable: what a call resolved with is on disk. A room that is deleted, and a tenant that
 * is forgotten, take theirs with them in the same step. So does a redaction in a room with what was written of it, and the
 * writing begins anew (R14). What is written is sealed like what was said.
 */
export interface Jobs {
  /** The room's job of this kind: the one that is there, or the new one. */
  add(wanted: WantedJob): Promise<Job>;
  /** One room's, by kind. */
  of(ref: RoomRef): Promise<readonly Job[]>;
  /** Moves a job that still stands as it was seen; null removes it. False: it moved meanwhile, or is gone. */
  move(seen: Job, to: JobState | null): Promise<boolean>;
  /** Moves a job like {@link move} and keeps the next part of what it writes, in one step. */
  write(seen: JobIn<'writing'>, part: string, to: JobState): Promise<boolean>;
  /** A part, from 0; null when it is not there, or not any more. */
  part(job: Pick<Job, 'id' | 'ref'>, index: number): Promise<string | null>;
  /** What is to be taken up by now, the oldest of each tenant. */
  due(now: number): Promise<readonly Job[]>;
  /** The oldest of one tenant that wait and whose time has come. */
  waiting(tenant: Tenant, now: number, limit: number): Promise<readonly JobIn<'waiting'>[]>;
  /** All that a model was asked for and did not answer yet. */
  asked(): Promise<readonly JobIn<'asked'>[]>;
  /** One of a tenant's, by its id. */
  job(tenant: Tenant, id: JobId): Promise<Job | null>;
  /** Dead letters of a tenant, by id, after a cursor. */
  dead(tenant: Tenant, after: string | null, limit: number): Promise<readonly JobIn<'dead'>[]>;
  sums(): Promise<JobSums>;
}
