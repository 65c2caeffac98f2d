import type { Database } from 'better-sqlite3';
import type { MasterKeys } from '../sealing/master-key.ts';
import { sealPlainRows } from '../sealing/seal-plain-rows.ts';
import { eraseIn } from './sqlite-erase.ts';

/** SQL, or what SQL cannot do. */
export type Migration = string | ((db: Database, master: MasterKeys) => void);

/**
 * Records and parts are rows in order of arrival with a small index, not rows clustered by room: a group
 * that touches 200 rooms then writes fewer pages to the log (measured: 3–6 µs of system time an append
 * against 20).
 *
 * Migration n brings a database from version n to n + 1. They only ever go forward (D4): a shipped one
 * is never edited, a change is a new one at the end.
 */
export const MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE rooms (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    room TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL DEFAULT 0,
    busy INTEGER NOT NULL DEFAULT 0,
    title TEXT,
    created_at REAL,
    UNIQUE (tenant, room)
  ) STRICT;
  CREATE INDEX rooms_busy ON rooms (id) WHERE busy = 1;

  CREATE TABLE members (
    tenant TEXT NOT NULL,
    user TEXT NOT NULL,
    room TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (tenant, user, room),
    FOREIGN KEY (tenant, room) REFERENCES rooms (tenant, room)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX members_by_room ON members (tenant, room);

  CREATE TABLE records (
    room INTEGER NOT NULL REFERENCES rooms (id),
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (room, seq)
  ) STRICT;

  CREATE TABLE unique_keys (
    room INTEGER NOT NULL REFERENCES rooms (id),
    key TEXT NOT NULL,
    PRIMARY KEY (room, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE doc_parts (
    id INTEGER PRIMARY KEY,
    room INTEGER NOT NULL REFERENCES rooms (id),
    doc TEXT NOT NULL,
    body BLOB NOT NULL
  ) STRICT;
  CREATE INDEX doc_parts_in_order ON doc_parts (room, doc, id);
  `,
  // What a tenant has besides its rooms. \`sealed\` holds JSON sealed with the tenant's key; \`private\` is empty
  // for what is not of a private lane.
  `
  CREATE TABLE tenant_keys (
    tenant TEXT NOT NULL,
    version INTEGER NOT NULL,
    wrapped BLOB,
    PRIMARY KEY (tenant, version)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tools (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (tenant, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE credentials (
    tenant TEXT NOT NULL,
    user TEXT NOT NULL,
    tool TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (tenant, user, tool)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit_lines (
    tenant TEXT NOT NULL,
    private TEXT NOT NULL,
    id INTEGER NOT NULL,
    at REAL NOT NULL,
    room TEXT,
    by TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT,
    outcome TEXT NOT NULL,
    code TEXT,
    PRIMARY KEY (tenant, private, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE usage (
    tenant TEXT NOT NULL,
    day INTEGER NOT NULL,
    room TEXT NOT NULL,
    user TEXT NOT NULL,
    model TEXT NOT NULL,
    private TEXT NOT NULL,
    calls INTEGER NOT NULL,
    input INTEGER NOT NULL,
    cached INTEGER NOT NULL,
    output INTEGER NOT NULL,
    PRIMARY KEY (tenant, day, room, user, model, private)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE revocations (
    tenant TEXT NOT NULL,
    user TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (tenant, user)
  ) STRICT, WITHOUT ROWID;
  `,
  // Who may read what outside systems own, where this server is asked.
  `
  CREATE TABLE resources (
    tenant TEXT NOT NULL,
    resource TEXT NOT NULL,
    by_admin INTEGER NOT NULL,
    PRIMARY KEY (tenant, resource)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE resource_readers (
    tenant TEXT NOT NULL,
    resource TEXT NOT NULL,
    user TEXT NOT NULL,
    PRIMARY KEY (tenant, resource, user),
    FOREIGN KEY (tenant, resource) REFERENCES resources (tenant, resource) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  `,
  sealPlainRows,
  // How many approvals wait in the room's own lane. A room whose data is older says so when it is opened next.
  'ALTER TABLE rooms ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;',
  // Tokens a month, of what an admin set one for.
  `
  CREATE TABLE budgets (
    tenant TEXT NOT NULL,
    scope TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (tenant, scope)
  ) STRICT, WITHOUT ROWID;
  `,
  // Whose keys model calls are made with, and what they cost. A primary key cannot be widened, so the table is made again.
  `
  CREATE TABLE key_policies (
    tenant TEXT PRIMARY KEY,
    personal INTEGER NOT NULL,
    fallback INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE priced_usage (
    tenant TEXT NOT NULL,
    day INTEGER NOT NULL,
    room TEXT NOT NULL,
    user TEXT NOT NULL,
    model TEXT NOT NULL,
    private TEXT NOT NULL,
    key_of TEXT NOT NULL,
    calls INTEGER NOT NULL,
    input INTEGER NOT NULL,
    cached INTEGER NOT NULL,
    written INTEGER NOT NULL,
    output INTEGER NOT NULL,
    reasoning INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    unpriced INTEGER NOT NULL,
    PRIMARY KEY (tenant, day, room, user, model, private, key_of)
  ) STRICT, WITHOUT ROWID;

  INSERT INTO priced_usage
    SELECT tenant, day, room, user, model, private, 'server', calls, input, cached, 0, output, 0, 0, calls FROM usage;
  DROP TABLE usage;
  ALTER TABLE priced_usage RENAME TO usage;
    `,
  // Background work, and titles that were made from what was said: these are sealed like it.
  `
  ALTER TABLE rooms ADD COLUMN proposed BLOB;

  CREATE TABLE jobs (
    tenant TEXT NOT NULL,
    room TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    by TEXT NOT NULL,
    created_at REAL NOT NULL,
    due REAL,
    stands TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (tenant, room, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX jobs_due ON jobs (due) WHERE due IS NOT NULL;
  `,
  // What background work wrote, sealed.
  `
  CREATE TABLE job_parts (
    tenant TEXT NOT NULL,
    job TEXT NOT NULL,
    part INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (tenant, job, part)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** The data was written by a newer program; running an older one on it could lose what it does not know. */
export class NewerSchemaError extends Error {
  readonly found: number;
  readonly known: number;
  constructor(found: number, known: number) {
    super(`the data has schema version ${found}, this program knows up to ${known}: start a newer program`);
    this.name = 'NewerSchemaError';
    this.found = found;
    this.known = known;
  }
}

/**
 * Brings a database up to date, all steps or none, under the database's own lock; what steps removed or replaced
 * is in no file afterwards. Throws {@link NewerSchemaError}, and changes nothing, when it is ahead of the program.
 */
export function migrate(db: Database, migrations: readonly Migration[], master: MasterKeys): void {
  const version = schemaVersion(db);
  if (version > migrations.length) throw new NewerSchemaError(version, migrations.length);
  if (version === migrations.length) return;
  eraseIn(db, () => {
    for (const step of migrations.slice(version)) {
      if (typeof step === 'string') db.exec(step);
      else step(db, master);
    }
    db.pragma(`user_version = ${migrations.length}`);
  });
}

function schemaVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}
