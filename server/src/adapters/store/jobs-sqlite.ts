import { must } from '@parley/shared/assert';
import type { JobKind } from '@parley/shared/background';
import type { JobId, RoomId } from '@parley/shared/ids';
import type { Database, Statement } from 'better-sqlite3';
import { dueAt, isIn, type Job, type JobIn, type JobState } from '../../core/background/job.ts';
import { mintTenant, type RoomRef, type Tenant } from '../../core/tenant.ts';
import type { Jobs, JobSums, WantedJob } from '../../ports/jobs.ts';
import type { Sealer } from '../../ports/vault.ts';
import { openText, sealText } from '../sealing/sealed-text.ts';
import type { GroupCommit } from './group-commit.ts';
import { decodeState, encodeState, newJob } from './job-json.ts';

/** Background work in a table: ids, codes and times, and no word that was said but in sealed parts. */
export class SqliteJobs implements Jobs {
  readonly #writes: GroupCommit;
  readonly #sealer: Sealer;
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database, writes: GroupCommit, sealer: Sealer) {
    this.#writes = writes;
    this.#sealer = sealer;
    this.#sql = prepare(db);
  }

  add(wanted: WantedJob): Promise<Job> {
    const { ref, kind, anew } = wanted;
    return this.#writes.run(() => {
      const row = this.#sql.one.get(ref.tenant.id, ref.room, kind);
      const known = row && jobOf(row);
      if (known && !(anew && (isIn(known, 'ready') || isIn(known, 'dead')))) return known;
      if (known) this.#change(known, null);
      const job = newJob(wanted);
      this.#sql.add.run(...placeOf(job), job.by, job.createdAt, ...storedState(job.state));
      return job;
    });
  }

  async of(ref: RoomRef): Promise<readonly Job[]> {
    return this.#sql.ofRoom.all(ref.tenant.id, ref.room).map(jobOf);
  }

  move(seen: Job, to: JobState | null): Promise<boolean> {
    return this.#writes.run(() => this.#change(seen, to));
  }

  async write(seen: JobIn<'writing'>, part: string, to: JobState): Promise<boolean> {
    const { ref, id, state } = seen;
    const sealed = sealText(this.#sealer, ref.tenant, part, partPlace(seen, state.parts));
    return this.#writes.run(() => {
      const moved = this.#change(seen, to);
      if (moved) this.#sql.addPart.run(ref.tenant.id, id, state.parts, sealed);
      return moved;
    });
  }

  async part(job: Pick<Job, 'id' | 'ref'>, index: number): Promise<string | null> {
    const { tenant } = job.ref;
    const row = this.#sql.part.get(tenant.id, job.id, index);
    return row ? openText(this.#sealer, tenant, row.sealed, partPlace(job, index)) : null;
  }

  /** Parts stay only with what writes or has written them. */
  #change(seen: Job, to: JobState | null): boolean {
    const from = encodeState(seen.state);
    const place = placeOf(seen);
    const done =
      to === null ? this.#sql.drop.run(...place, from) : this.#sql.move.run(...storedState(to), ...place, from);
    const keeps = to?.kind === 'writing' || to?.kind === 'ready';
    if (done.changes === 1 && !keeps) this.#sql.dropParts.run(seen.ref.tenant.id, seen.id);
    return done.changes === 1;
  }

  async due(now: number): Promise<readonly Job[]> {
    return this.#sql.due.all(now).map(jobOf);
  }

  async waiting(tenant: Tenant, now: number, limit: number): Promise<readonly JobIn<'waiting'>[]> {
    return this.#sql.waiting
      .all(tenant.id, now, limit)
      .map(jobOf)
      .filter((job) => isIn(job, 'waiting'));
  }

  async asked(): Promise<readonly JobIn<'asked'>[]> {
    return this.#sql.inState
      .all('asked')
      .map(jobOf)
      .filter((job) => isIn(job, 'asked'));
  }

  async job(tenant: Tenant, id: JobId): Promise<Job | null> {
    const row = this.#sql.byId.get(tenant.id, id);
    return row ? jobOf(row) : null;
  }

  async dead(tenant: Tenant, after: string | null, limit: number): Promise<readonly JobIn<'dead'>[]> {
    return this.#sql.dead
      .all(tenant.id, after ?? '', limit)
      .map(jobOf)
      .filter((job) => isIn(job, 'dead'));
  }

  async sums(): Promise<JobSums> {
    return must(this.#sql.sums.get(), 'a sum has one row');
  }
}

interface JobRow {
  readonly tenant: string;
  readonly room: RoomId;
  readonly kind: JobKind;
  readonly id: JobId;
  readonly by: string;
  readonly createdAt: number;
  readonly state: string;
}
type Place = [tenant: string, room: RoomId, kind: JobKind, id: JobId];
type Stored = [due: number | null, stands: JobState['kind'], state: string];

function jobOf({ tenant, room, state, ...job }: JobRow): Job {
  return { ...job, ref: { tenant: must(mintTenant(tenant), 'a stored tenant'), room }, state: decodeState(state) };
}

function placeOf({ ref, kind, id }: Job): Place {
  return [ref.tenant.id, ref.room, kind, id];
}

function partPlace({ ref, id }: Pick<Job, 'id' | 'ref'>, index: number): string {
  return `job/${ref.room}/${id}/${index}`;
}

function storedState(state: JobState): Stored {
  return [dueAt(state), state.kind, encodeState(state)];
}

const COLUMNS = 'tenant, room, kind, id, by, created_at AS createdAt, state';
const PLACE = 'tenant = ? AND room = ? AND kind = ? AND id = ? AND state = ?';

function prepare(db: Database) {
  const one: Statement<[string, RoomId, JobKind], JobRow> = db.prepare(
    `SELECT ${COLUMNS} FROM jobs WHERE tenant = ? AND room = ? AND kind = ?`,
  );
  const ofRoom: Statement<[string, RoomId], JobRow> = db.prepare(
    `SELECT ${COLUMNS} FROM jobs WHERE tenant = ? AND room = ? ORDER BY kind`,
  );
  const add: Statement<[...Place, string, number, ...Stored]> = db.prepare(
    'INSERT INTO jobs (tenant, room, kind, id, by, created_at, due, stands, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const drop: Statement<[...Place, string]> = db.prepare(`DELETE FROM jobs WHERE ${PLACE}`);
  const move: Statement<[...Stored, ...Place, string]> = db.prepare(
    `UPDATE jobs SET due = ?, stands = ?, state = ? WHERE ${PLACE}`,
  );
  return { one, ofRoom, add, drop, move, ...parts(db), ...overAll(db) };
}

function parts(db: Database) {
  const addPart: Statement<[string, JobId, number, Uint8Array]> = db.prepare(
    'INSERT INTO job_parts (tenant, job, part, sealed) VALUES (?, ?, ?, ?)',
  );
  const part: Statement<[string, JobId, number], { sealed: Buffer }> = db.prepare(
    'SELECT sealed FROM job_parts WHERE tenant = ? AND job = ? AND part = ?',
  );
  const dropParts: Statement<[string, JobId]> = db.prepare('DELETE FROM job_parts WHERE tenant = ? AND job = ?');
  return { addPart, part, dropParts };
}

function overAll(db: Database) {
  // SQLite takes the other columns from the row that holds the minimum.
  const due: Statement<[number], JobRow> = db.prepare(
    `SELECT ${COLUMNS}, min(created_at) FROM jobs WHERE due <= ? GROUP BY tenant`,
  );
  const waiting: Statement<[string, number, number], JobRow> = db.prepare(
    `SELECT ${COLUMNS} FROM jobs WHERE tenant = ? AND stands = 'waiting' AND due <= ? ORDER BY created_at, id LIMIT ?`,
  );
  const inState: Statement<[JobState['kind']], JobRow> = db.prepare(
    `SELECT ${COLUMNS} FROM jobs WHERE stands = ? ORDER BY created_at, id`,
  );
  const byId: Statement<[string, JobId], JobRow> = db.prepare(
    `SELECT ${COLUMNS} FROM jobs WHERE tenant = ? AND id = ?`,
  );
  const dead: Statement<[string, string, number], JobRow> = db.prepare(
    `SELECT ${COLUMNS} FROM jobs WHERE tenant = ? AND stands = 'dead' AND id > ? ORDER BY id LIMIT ?`,
  );
  const sums: Statement<[], JobSums> = db.prepare(`
    SELECT count(*) FILTER (WHERE stands NOT IN ('ready', 'dead')) AS waiting,
    min(created_at) FILTER (WHERE stands NOT IN ('ready', 'dead')) AS oldestAt,
    count(*) FILTER (WHERE stands = 'dead') AS dead FROM jobs`);
  return { due, waiting, inState, byId, dead, sums };
}
