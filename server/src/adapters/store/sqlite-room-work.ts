import type { RoomId } from '@parley/shared/ids';
import type { Database, Statement } from 'better-sqlite3';
import type { RoomRef } from '../../core/tenant.ts';
import { ANEW, encodeState } from './job-json.ts';

/** What a change of a room does to the background work for it; the caller brings the transaction. */
export class SqliteRoomWork {
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database) {
    this.#sql = prepare(db);
  }

  /** The room is gone. */
  drop({ tenant, room }: RoomRef): void {
    this.#sql.dropParts.run(tenant.id, tenant.id, room);
    this.#sql.drop.run(tenant.id, room);
  }

  /** Words of the room are gone: what was written of it goes, and is written anew. */
  rewrite({ tenant, room }: RoomRef): void {
    this.#sql.dropParts.run(tenant.id, tenant.id, room);
    this.#sql.begin.run(encodeState(ANEW), tenant.id, room);
  }
}

function prepare(db: Database) {
  const dropParts: Statement<[string, string, RoomId]> = db.prepare(
    'DELETE FROM job_parts WHERE tenant = ? AND job IN (SELECT id FROM jobs WHERE tenant = ? AND room = ?)',
  );
  const drop: Statement<[string, RoomId]> = db.prepare('DELETE FROM jobs WHERE tenant = ? AND room = ?');
  const begin: Statement<[string, string, RoomId]> = db.prepare(`
    UPDATE jobs SET due = 0, stands = 'waiting', state = ?
    WHERE tenant = ? AND room = ? AND stands IN ('writing', 'ready')`);
  return { dropParts, drop, begin };
}
