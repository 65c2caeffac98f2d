import type { DocKey } from '@parley/shared/documents';
import { must } from '@parley/shared/assert';
import type { RoomId, UserId } from '@parley/shared/ids';
import type { RoomRole } from '@parley/shared/roles';
import type { Database, Statement } from 'better-sqlite3';
import type { JournalRecord } from '../../core/records.ts';
import { mintTenant, type RoomRef, type Tenant } from '../../core/tenant.ts';
import { uniqueKey } from '../../core/unique-key.ts';
import { SqliteRoomWork } from './sqlite-room-work.ts';
import type { AppendResult, Batch, Compaction, Epoch, RoomListing } from '../../ports/journal.ts';

/** A batch whose records and updates are already the bytes that are stored. */
export interface EncodedBatch extends Omit<Batch, 'records' | 'listing'> {
  readonly records: readonly EncodedRecord[];
  readonly listing?: EncodedListing | null | undefined;
}
export interface EncodedListing extends Omit<NonNullable<Batch['listing']>, 'proposed'> {
  readonly proposed: Uint8Array | null;
}
/** A room in somebody's list, its own title still sealed. */
export interface ListingRow extends RoomListing {
  readonly proposed: Buffer | null;
}
export interface EncodedRecord {
  readonly body: Uint8Array;
  readonly key: string | null;
}

export interface EncodedRedaction extends EncodedBatch {
  readonly rewritten: readonly { readonly seq: number; readonly body: Uint8Array }[];
  readonly compacted: readonly Compaction[];
}

export function encoded(record: JournalRecord, body: Uint8Array): EncodedRecord {
  return { body, key: uniqueKey(record) };
}

/**
 * The journal's tables as synchronous operations; the caller brings the transaction. Every way to a
 * room's rows begins at its (tenant, room), so one tenant's rows cannot be reached through another's (R11).
 */
export class SqliteRooms {
  readonly #sql: Statements;
  readonly #work: SqliteRoomWork;

  constructor(db: Database) {
    this.#sql = prepare(db);
    this.#work = new SqliteRoomWork(db);
  }

  acquire(ref: RoomRef): { readonly epoch: Epoch; readonly seq: number } {
    return must(this.#sql.acquire.get(ref.tenant.id, ref.room), 'an upsert returns its row');
  }

  append(ref: RoomRef, epoch: Epoch, batch: EncodedBatch): AppendResult {
    const room = this.#held(ref, epoch);
    if (!room) return { kind: 'stale-epoch' };
    if (room.seq !== batch.expectedSeq) return { kind: 'wrong-seq', seq: room.seq };
    // Everything is checked before the first write, because a refusal must change nothing and shares
    // its transaction with others that were not refused.
    const taken = this.#takenKey(room.id, batch.records);
    if (taken !== null) return { kind: 'duplicate', key: taken };
    this.#addRecords(room, batch.records);
    for (const { doc, update } of batch.updates) this.#sql.addPart.run(room.id, doc, update);
    if (batch.listing !== undefined) this.#list(ref, room.id, batch.listing);
    if (batch.busy !== undefined) this.#sql.setBusy.run(batch.busy ? 1 : 0, room.id);
    if (batch.waiting !== undefined) this.#sql.setWaiting.run(batch.waiting, room.id);
    return { kind: 'appended' };
  }

  read(ref: RoomRef, after: number): RecordRow[] {
    return this.#sql.read.all(ref.tenant.id, ref.room, after);
  }

  holds(ref: RoomRef): boolean {
    return (this.#sql.room.get(ref.tenant.id, ref.room)?.seq ?? 0) > 0;
  }

  unfinished(): RoomRef[] {
    return this.#sql.unfinished
      .all()
      .map(({ tenant, room }) => ({ tenant: must(mintTenant(tenant), 'a stored tenant'), room }));
  }

  loadDoc(ref: RoomRef, doc: DocKey): Uint8Array[] {
    return this.#sql.loadDoc.all(ref.tenant.id, ref.room, doc).map(({ body }) => body);
  }

  /** Throws, for the caller to roll back, when it names what is not there. */
  redact(ref: RoomRef, epoch: Epoch, redaction: EncodedRedaction): AppendResult {
    const result = this.append(ref, epoch, redaction);
    const room = result.kind === 'appended' ? this.#held(ref, epoch) : null;
    if (!room) return result;
    for (const { seq, body } of redaction.rewritten) {
      if (this.#sql.rewriteRecord.run(body, room.id, seq).changes !== 1) throw new RangeError(`no record ${seq}`);
    }
    for (const compaction of redaction.compacted) this.#compact(room, compaction);
    this.#work.rewrite(ref);
    return result;
  }

  compactDoc(ref: RoomRef, epoch: Epoch, compaction: Compaction): AppendResult {
    const room = this.#held(ref, epoch);
    if (!room) return { kind: 'stale-epoch' };
    this.#compact(room, compaction);
    return { kind: 'appended' };
  }

  #compact(room: RoomRow, { doc, parts, state }: Compaction): void {
    const last = parts < 1 ? undefined : this.#sql.nthPart.get(room.id, doc, parts - 1);
    if (!last) throw new RangeError(`cannot compact ${parts} parts: there are not that many`);
    this.#sql.dropPartsBefore.run(room.id, doc, last.id);
    this.#sql.replacePart.run(state, last.id);
  }

  docs(ref: RoomRef): DocKey[] {
    return this.#sql.docs.all(ref.tenant.id, ref.room).map(({ doc }) => doc);
  }

  rooms(tenant: Tenant, user: UserId, after: string | null, limit: number): ListingRow[] {
    return this.#sql.listings.all(tenant.id, user, after ?? '', limit);
  }

  /** The room's row while `epoch` is the one that may write it. */
  #held(ref: RoomRef, epoch: Epoch): RoomRow | null {
    const room = this.#sql.room.get(ref.tenant.id, ref.room);
    return room?.epoch === epoch ? room : null;
  }

  #takenKey(room: number, records: readonly EncodedRecord[]): string | null {
    const own = new Set<string>();
    for (const { key } of records) {
      if (key === null) continue;
      if (own.has(key) || this.#sql.hasKey.get(room, key)) return key;
      own.add(key);
    }
    return null;
  }

  #addRecords(room: RoomRow, records: readonly EncodedRecord[]): void {
    if (records.length === 0) return;
    records.forEach(({ body, key }, index) => {
      this.#sql.addRecord.run(room.id, room.seq + index + 1, body);
      if (key !== null) this.#sql.addKey.run(room.id, key);
    });
    this.#sql.setSeq.run(room.seq + records.length, room.id);
  }

  #list(ref: RoomRef, room: number, listing: EncodedListing | null): void {
    this.#sql.dropMembers.run(ref.tenant.id, ref.room);
    if (listing === null) this.#work.drop(ref);
    this.#sql.setListing.run(listing?.title ?? null, listing?.proposed ?? null, listing?.createdAt ?? null, room);
    for (const { user, role } of listing?.members ?? []) this.#sql.addMember.run(ref.tenant.id, user, ref.room, role);
  }
}

interface RoomRow {
  readonly id: number;
  readonly epoch: Epoch;
  readonly seq: number;
}
interface RecordRow {
  readonly seq: number;
  readonly body: Buffer;
}
interface PartRow {
  readonly body: Buffer;
}

type Statements = ReturnType<typeof prepare>;

/** All statements, prepared once. Rows hold what the statements below wrote, so their types are the ones written. */
function prepare(db: Database) {
  return { ...roomStatements(db), ...recordStatements(db), ...partStatements(db), ...listingStatements(db) };
}

function roomStatements(db: Database) {
  const acquire: Statement<[string, RoomId], { epoch: Epoch; seq: number }> = db.prepare(`
    INSERT INTO rooms (tenant, room, epoch) VALUES (?, ?, 1)
    ON CONFLICT (tenant, room) DO UPDATE SET epoch = epoch + 1 RETURNING epoch, seq`);
  const room: Statement<[string, RoomId], RoomRow> = db.prepare(
    'SELECT id, epoch, seq FROM rooms WHERE tenant = ? AND room = ?',
  );
  const setSeq: Statement<[number, number]> = db.prepare('UPDATE rooms SET seq = ? WHERE id = ?');
  const setBusy: Statement<[number, number]> = db.prepare('UPDATE rooms SET busy = ? WHERE id = ?');
  const setWaiting: Statement<[number, number]> = db.prepare('UPDATE rooms SET waiting = ? WHERE id = ?');
  const unfinished: Statement<[], { tenant: string; room: RoomId }> = db.prepare(
    'SELECT tenant, room FROM rooms WHERE busy = 1 ORDER BY id',
  );
  return { acquire, room, setSeq, setBusy, setWaiting, unfinished };
}

function recordStatements(db: Database) {
  const addRecord: Statement<[number, number, Uint8Array]> = db.prepare(
    'INSERT INTO records (room, seq, body) VALUES (?, ?, ?)',
  );
  const hasKey: Statement<[number, string]> = db.prepare('SELECT 1 FROM unique_keys WHERE room = ? AND key = ?');
  const addKey: Statement<[number, string]> = db.prepare('INSERT INTO unique_keys (room, key) VALUES (?, ?)');
  const read: Statement<[string, RoomId, number], RecordRow> = db.prepare(`
    SELECT records.seq, records.body FROM rooms JOIN records ON records.room = rooms.id
    WHERE rooms.tenant = ? AND rooms.room = ? AND records.seq > ? ORDER BY records.seq`);
  const rewriteRecord: Statement<[Uint8Array, number, number]> = db.prepare(
    'UPDATE records SET body = ? WHERE room = ? AND seq = ?',
  );
  return { addRecord, rewriteRecord, hasKey, addKey, read };
}

function partStatements(db: Database) {
  // SQLite gives a row the largest id plus one, so ids of one document grow in order of arrival.
  const addPart: Statement<[number, DocKey, Uint8Array]> = db.prepare(
    'INSERT INTO doc_parts (room, doc, body) VALUES (?, ?, ?)',
  );
  const nthPart: Statement<[number, DocKey, number], { id: number }> = db.prepare(
    'SELECT id FROM doc_parts WHERE room = ? AND doc = ? ORDER BY id LIMIT 1 OFFSET ?',
  );
  const dropPartsBefore: Statement<[number, DocKey, number]> = db.prepare(
    'DELETE FROM doc_parts WHERE room = ? AND doc = ? AND id < ?',
  );
  const replacePart: Statement<[Uint8Array, number]> = db.prepare('UPDATE doc_parts SET body = ? WHERE id = ?');
  const loadDoc: Statement<[string, RoomId, DocKey], PartRow> = db.prepare(`
    SELECT doc_parts.body FROM rooms JOIN doc_parts ON doc_parts.room = rooms.id
    WHERE rooms.tenant = ? AND rooms.room = ? AND doc_parts.doc = ? ORDER BY doc_parts.id`);
  const docs: Statement<[string, RoomId], { doc: DocKey }> = db.prepare(`
    SELECT DISTINCT doc_parts.doc FROM rooms JOIN doc_parts ON doc_parts.room = rooms.id
    WHERE rooms.tenant = ? AND rooms.room = ? ORDER BY doc_parts.doc`);
  return { addPart, nthPart, dropPartsBefore, replacePart, loadDoc, docs };
}

function listingStatements(db: Database) {
  const setListing: Statement<[string | null, Uint8Array | null, number | null, number]> = db.prepare(
    'UPDATE rooms SET title = ?, proposed = ?, created_at = ? WHERE id = ?',
  );
  const dropMembers: Statement<[string, RoomId]> = db.prepare('DELETE FROM members WHERE tenant = ? AND room = ?');
  const addMember: Statement<[string, UserId, RoomId, RoomRole]> = db.prepare(
    'INSERT INTO members (tenant, user, room, role) VALUES (?, ?, ?, ?)',
  );
  const listings: Statement<[string, UserId, string, number], ListingRow> = db.prepare(`
    SELECT members.room AS id, rooms.title, rooms.proposed, members.role, rooms.created_at AS createdAt
    FROM members JOIN rooms ON rooms.tenant = members.tenant AND rooms.room = members.room
    WHERE members.tenant = ? AND members.user = ? AND members.room > ? ORDER BY members.room LIMIT ?`);
  return { setListing, dropMembers, addMember, listings };
}
