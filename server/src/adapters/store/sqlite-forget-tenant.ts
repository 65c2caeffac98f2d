import type { Database } from 'better-sqlite3';
import type { Tenant } from '../../core/tenant.ts';
import { eraseIn } from './sqlite-erase.ts';
import type { SqliteFile } from './sqlite-file.ts';

/** Tables of what stands in the clear about a tenant. Who was revoked stays: no old token comes back to life. */
const TABLES = [
  ...['members', 'tools', 'credentials', 'audit_lines', 'usage', 'resource_readers', 'resources', 'budgets'],
  ...['key_policies', 'jobs', 'job_parts'],
];

/**
 * Ends a tenant for good (A88): its keys are destroyed first, which makes what was said unreadable, and then goes
 * what is in the clear: people, titles, client ids, audit lines, usage. The ids of its rooms stay, so that they
 * are not given out again. A crash in between leaves the second half to be done by asking again.
 */
export function forgetTenant({ db, keys }: SqliteFile, tenant: Tenant): void {
  keys.destroy(tenant);
  eraseIn(db, () => {
    for (const table of TABLES) db.prepare<[string]>(`DELETE FROM ${table} WHERE tenant = ?`).run(tenant.id);
    forgetRooms(db, tenant);
  });
}

function forgetRooms(db: Database, tenant: Tenant): void {
  db.prepare<[string]>('DELETE FROM unique_keys WHERE room IN (SELECT id FROM rooms WHERE tenant = ?)').run(tenant.id);
  // Nothing of it is taken up at the next start: its records cannot be read.
  db.prepare<[string]>(
    'UPDATE rooms SET busy = 0, waiting = 0, title = NULL, proposed = NULL, created_at = NULL WHERE tenant = ?',
  ).run(tenant.id);
}
