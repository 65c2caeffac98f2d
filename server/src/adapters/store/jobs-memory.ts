import type { JobId } from '@parley/shared/ids';
import { dueAt, isIn, type Job, type JobIn, type JobState } from '../../core/background/job.ts';
import { roomKey, tenantKey, type RoomRef, type Tenant } from '../../core/tenant.ts';
import type { Jobs, JobSums, WantedJob } from '../../ports/jobs.ts';
import { ANEW, newJob, sameState } from './job-json.ts';

/** Background work that lives as long as the process. */
export class MemoryJobs implements Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #parts = new Map<string, string[]>();

  async add(wanted: WantedJob): Promise<Job> {
    const key = keyOf(wanted);
    const known = this.#jobs.get(key);
    if (known && !(wanted.anew && (isIn(known, 'ready') || isIn(known, 'dead')))) return known;
    if (known) this.#parts.delete(partsOf(known));
    const job = newJob(wanted);
    this.#jobs.set(key, job);
    return job;
  }

  async of(ref: RoomRef): Promise<readonly Job[]> {
    return this.#all()
      .filter((job) => roomKey(job.ref) === roomKey(ref))
      .toSorted(byKind);
  }

  async move(seen: Job, to: JobState | null): Promise<boolean> {
    const key = keyOf(seen);
    const job = this.#jobs.get(key);
    if (job === undefined || job.id !== seen.id || !sameState(job.state, seen.state)) return false;
    if (to?.kind !== 'writing' && to?.kind !== 'ready') this.#parts.delete(partsOf(job));
    if (to === null) this.#jobs.delete(key);
    else this.#jobs.set(key, { ...job, state: to });
    return true;
  }

  async write(seen: JobIn<'writing'>, part: string, to: JobState): Promise<boolean> {
    if (!(await this.move(seen, to))) return false;
    this.#parts.set(partsOf(seen), [...(this.#parts.get(partsOf(seen)) ?? []), part]);
    return true;
  }

  async part(job: Pick<Job, 'id' | 'ref'>, index: number): Promise<string | null> {
    return this.#parts.get(partsOf(job))?.[index] ?? null;
  }

  async due(now: number): Promise<readonly Job[]> {
    const due = this.#all().filter(({ state }) => (dueAt(state) ?? Number.POSITIVE_INFINITY) <= now);
    return [...Map.groupBy(due, ({ ref }) => tenantKey(ref.tenant)).values()].flatMap((own) =>
      own.toSorted(byAge).slice(0, 1),
    );
  }

  async waiting(tenant: Tenant, now: number, limit: number): Promise<readonly JobIn<'waiting'>[]> {
    return this.#all()
      .filter((job) => isIn(job, 'waiting'))
      .filter(({ ref, state }) => ref.tenant.id === tenant.id && state.notBefore <= now)
      .toSorted(byAge)
      .slice(0, limit);
  }

  async asked(): Promise<readonly JobIn<'asked'>[]> {
    return this.#all()
      .filter((job) => isIn(job, 'asked'))
      .toSorted(byAge);
  }

  async job(tenant: Tenant, id: JobId): Promise<Job | null> {
    return this.#all().find((job) => job.id === id && job.ref.tenant.id === tenant.id) ?? null;
  }

  async dead(tenant: Tenant, after: string | null, limit: number): Promise<readonly JobIn<'dead'>[]> {
    return this.#all()
      .filter((job) => isIn(job, 'dead'))
      .filter(({ id, ref }) => ref.tenant.id === tenant.id && (after === null || id > after))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  async sums(): Promise<JobSums> {
    const open = this.#all()
      .filter((job) => !isIn(job, 'ready') && !isIn(job, 'dead'))
      .toSorted(byAge);
    const dead = this.#all().filter((job) => isIn(job, 'dead')).length;
    return { waiting: open.length, oldestAt: open[0]?.createdAt ?? null, dead };
  }

  /** The room is gone. */
  drop(ref: RoomRef): void {
    for (const [key, job] of this.#of(ref)) {
      this.#jobs.delete(key);
      this.#parts.delete(partsOf(job));
    }
  }

  /** Words of the room are gone: what was written of it goes, and is written anew. */
  rewrite(ref: RoomRef): void {
    for (const [key, job] of this.#of(ref)) {
      if (isIn(job, 'writing') || isIn(job, 'ready')) this.#jobs.set(key, { ...job, state: ANEW });
      this.#parts.delete(partsOf(job));
    }
  }

  #of(ref: RoomRef): (readonly [string, Job])[] {
    return [...this.#jobs].filter(([, job]) => roomKey(job.ref) === roomKey(ref));
  }

  #all(): Job[] {
    return [...this.#jobs.values()];
  }
}

/** No part can hold the separator. */
function keyOf({ ref, kind }: Pick<Job, 'ref' | 'kind'>): string {
  return `${roomKey(ref)}/${kind}`;
}

function partsOf({ ref, id }: Pick<Job, 'id' | 'ref'>): string {
  return `${roomKey(ref)}/${id}`;
}

function byAge(a: Job, b: Job): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}

function byKind(a: Job, b: Job): number {
  return a.kind < b.kind ? -1 : 1;
}
