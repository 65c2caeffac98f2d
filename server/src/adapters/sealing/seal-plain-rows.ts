import { must } from '@parley/shared/assert';
import type { DocKey } from '@parley/shared/documents';
import type { RoomId } from '@parley/shared/ids';
import type { Database } from 'better-sqlite3';
import { mintTenant, type RoomRef } from '../../core/tenant.ts';
import type { MasterKeys } from './master-key.ts';
import { SealedRows } from './sealed-rows.ts';
import { TenantKeys } from './tenant-keys.ts';

/** Seals what was stored before anything was sealed; the caller brings the transaction. */
export function sealPlainRows(db: Database, master: MasterKeys): void {
  const rows = new SealedRows(new TenantKeys(db, master));
  // A column of a strict table cannot change its type, so the table is made again.
  db.exec(`
    CREATE TABLE sealed_records (
      room INTEGER NOT NULL REFERENCES rooms (id),
      seq INTEGER NOT NULL,
      body BLOB NOT NULL,
      PRIMARY KEY (room, seq)
    ) STRICT`);
  for (const { id, ...room } of roomsOf(db)) {
    sealRecords(db, id, (seq, json) => rows.record(room, seq, json));
    sealParts(db, id, (doc, body) => rows.part(room, doc, body));
  }
  db.exec('DROP TABLE records; ALTER TABLE sealed_records RENAME TO records');
}

function roomsOf(db: Database): (RoomRef & { readonly id: number })[] {
  return db
    .prepare<[], { id: number; tenant: string; room: RoomId }>('SELECT id, tenant, room FROM rooms ORDER BY id')
    .all()
    .map(({ id, tenant, room }) => ({ id, room, tenant: must(mintTenant(tenant), 'a stored tenant') }));
}

function sealRecords(db: Database, room: number, seal: (seq: number, json: string) => Uint8Array): void {
  const add = db.prepare<[number, number, Uint8Array]>('INSERT INTO sealed_records (room, seq, body) VALUES (?, ?, ?)');
  const plain = db.prepare<[number], { seq: number; body: string }>('SELECT seq, body FROM records WHERE room = ?');
  for (const { seq, body } of plain.all(room)) add.run(room, seq, seal(seq, body));
}

function sealParts(db: Database, room: number, seal: (doc: DocKey, body: Uint8Array) => Uint8Array): void {
  const replace = db.prepare<[Uint8Array, number]>('UPDATE doc_parts SET body = ? WHERE id = ?');
  const ids = db.prepare<[number], { id: number }>('SELECT id FROM doc_parts WHERE room = ?');
  const plain = db.prepare<[number], { doc: DocKey; body: Buffer }>('SELECT doc, body FROM doc_parts WHERE id = ?');
  // One at a time: a room's documents may be larger than memory is.
  for (const { id } of ids.all(room)) {
    const { doc, body } = must(plain.get(id), 'a part that is there');
    replace.run(seal(doc, body), id);
  }
}
