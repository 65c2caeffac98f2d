import type { DocKey } from '@parley/shared/documents';
import type { UserId } from '@parley/shared/ids';
import type { RoomRef, Tenant } from '../../core/tenant.ts';
import type { AppendResult, Batch, Epoch, Journal, Redaction, RoomListing, StoredRecord } from '../../ports/journal.ts';
import type { SqliteAudit } from './audit-sqlite.ts';
import type { GroupCommit } from './group-commit.ts';
import { decodeRecord, encodeRecord } from './record-json.ts';
import { SealedRows } from '../sealing/sealed-rows.ts';
import { backupDatabase } from './sqlite-backup.ts';
import { emptyLog } from './sqlite-erase.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { encoded, SqliteRooms, type EncodedBatch, type EncodedListing } from './sqlite-rooms.ts';

/** The journal in one SQLite file: WAL, every commit synced, writes grouped by turn of the event loop. */
export class SqliteJournal implements Journal {
  readonly #file: SqliteFile;
  readonly #rooms: SqliteRooms;
  readonly #writes: GroupCommit;
  readonly #audit: SqliteAudit;
  readonly #rows: SealedRows;

  constructor(file: SqliteFile, writes: GroupCommit, audit: SqliteAudit) {
    this.#file = file;
    this.#rooms = new SqliteRooms(file.db);
    this.#writes = writes;
    this.#audit = audit;
    this.#rows = new SealedRows(file.keys);
  }

  acquire(ref: RoomRef): Promise<{ readonly epoch: Epoch; readonly seq: number }> {
    return this.#writes.run(() => this.#rooms.acquire(ref));
  }

  async append(ref: RoomRef, epoch: Epoch, batch: Batch): Promise<AppendResult> {
    const sealed = this.#sealed(ref, batch);
    return this.#writes.run(() => {
      const result = this.#rooms.append(ref, epoch, sealed);
      if (result.kind === 'appended') this.#audit.write(ref.tenant, batch.audit ?? [], batch.usage ?? []);
      return result;
    }, batch.lazy);
  }

  async redact(ref: RoomRef, epoch: Epoch, redaction: Redaction): Promise<AppendResult> {
    const rewritten = redaction.rewritten.map(({ seq, record }) => ({
      seq,
      body: this.#rows.record(ref, seq, encodeRecord(record)),
    }));
    const compacted = redaction.compacted.map((one) => ({ ...one, state: this.#rows.part(ref, one.doc, one.state) }));
    const sealed = { ...this.#sealed(ref, redaction), rewritten, compacted };
    const result = await this.#writes.run(() => {
      const written = this.#rooms.redact(ref, epoch, sealed);
      if (written.kind === 'appended') this.#audit.write(ref.tenant, redaction.audit ?? [], redaction.usage ?? []);
      return written;
    });
    // Freed space was overwritten; the older pages are still in the log.
    if (result.kind === 'appended') emptyLog(this.#file.db);
    return result;
  }

  async read(ref: RoomRef, after: number): Promise<readonly StoredRecord[]> {
    return this.#rooms
      .read(ref, after)
      .map(({ seq, body }) => ({ seq, record: decodeRecord(this.#rows.openRecord(ref, seq, body)) }));
  }

  async holds(ref: RoomRef): Promise<boolean> {
    return this.#rooms.holds(ref);
  }

  async unfinished(): Promise<readonly RoomRef[]> {
    return this.#rooms.unfinished();
  }

  async loadDoc(ref: RoomRef, doc: DocKey): Promise<readonly Uint8Array[]> {
    return this.#rooms.loadDoc(ref, doc).map((part) => asBytes(this.#rows.openPart(ref, doc, part)));
  }

  async compactDoc(ref: RoomRef, epoch: Epoch, doc: DocKey, parts: number, state: Uint8Array): Promise<AppendResult> {
    const sealed = this.#rows.part(ref, doc, state);
    return this.#writes.run(() => this.#rooms.compactDoc(ref, epoch, { doc, parts, state: sealed }));
  }

  async docs(ref: RoomRef): Promise<readonly DocKey[]> {
    return this.#rooms.docs(ref);
  }

  async rooms(tenant: Tenant, user: UserId, after: string | null, limit: number): Promise<readonly RoomListing[]> {
    return this.#rooms.rooms(tenant, user, after, limit).map(({ proposed, title, ...room }) => {
      const ref = { tenant, room: room.id };
      return { ...room, title: proposed === null ? title : this.#rows.openTitle(ref, proposed) };
    });
  }

  async healthy(): Promise<boolean> {
    try {
      this.#file.db.pragma('user_version');
      return this.#writes.isSound;
    } catch {
      // The answer is the point here; a write that fails for the same cause is reported by its caller.
      return false;
    }
  }

  /**
   * Copies the journal, as of one moment, into one file while it keeps being written (D4); put in place
   * of the database of a stopped server, it is restored. An existing file is replaced only by a whole copy.
   */
  backup(path: string): Promise<void> {
    return backupDatabase(this.#file.db, path);
  }

  /** Writes what is waiting, then lets the folder go. */
  async close(): Promise<void> {
    await this.#writes.drained();
    this.#file.close();
  }

  /** Before the transaction, in which a tenant's new key could be taken back. */
  #sealed(ref: RoomRef, batch: Batch): EncodedBatch {
    const { expectedSeq } = batch;
    const records = batch.records.map((record, index) =>
      encoded(record, this.#rows.record(ref, expectedSeq + index + 1, encodeRecord(record))),
    );
    const updates = batch.updates.map(({ doc, update }) => ({ doc, update: this.#rows.part(ref, doc, update) }));
    return { ...batch, records, updates, listing: batch.listing && this.#sealedListing(ref, batch.listing) };
  }

  #sealedListing(ref: RoomRef, { proposed, ...listing }: NonNullable<Batch['listing']>): EncodedListing {
    return { ...listing, proposed: proposed === undefined ? null : this.#rows.title(ref, proposed) };
  }
}

/** A plain view: what leaves the adapter is the port's type, not Node's subclass with its own `slice`. */
function asBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
