import type { DocKey } from '@parley/shared/documents';
import type { UserId } from '@parley/shared/ids';
import type { RoomRef, Tenant } from '../core/tenant.ts';
import type { AppendResult, Batch, Epoch, Journal, Redaction, RoomListing, StoredRecord } from '../ports/journal.ts';
import type { SqliteAudit } from './audit-sqlite.ts';
import type { GroupCommit } from './group-commit.ts';
import { encodeRecord } from './record-json.ts';
import { backupDatabase } from './sqlite-backup.ts';
import { emptyLog } from './sqlite-erase.ts';
import type { SqliteFile } from './sqlite-file.ts';
import { encoded, SqliteRooms } from './sqlite-rooms.ts';

/** The journal in one SQLite file: WAL, every commit synced, writes grouped by turn of the event loop. */
export class SqliteJournal implements Journal {
  readonly #file: SqliteFile;
  readonly #rooms: SqliteRooms;
  readonly #writes: GroupCommit;
  readonly #audit: SqliteAudit;

  constructor(file: SqliteFile, writes: GroupCommit, audit: SqliteAudit) {
    this.#file = file;
    this.#rooms = new SqliteRooms(file.db);
    this.#writes = writes;
    this.#audit = audit;
  }

  acquire(ref: RoomRef): Promise<{ readonly epoch: Epoch; readonly seq: number }> {
    return this.#writes.run(() => this.#rooms.acquire(ref));
  }

  async append(ref: RoomRef, epoch: Epoch, batch: Batch): Promise<AppendResult> {
    const records = batch.records.map((record) => encoded(record, encodeRecord(record)));
    return this.#writes.run(() => {
      const result = this.#rooms.append(ref, epoch, { ...batch, records });
      if (result.kind === 'appended') this.#audit.write(ref.tenant, batch.audit ?? [], batch.usage ?? []);
      return result;
    });
  }

  async redact(ref: RoomRef, epoch: Epoch, redaction: Redaction): Promise<AppendResult> {
    const records = redaction.records.map((record) => encoded(record, encodeRecord(record)));
    const rewritten = redaction.rewritten.map(({ seq, record }) => ({ seq, json: encodeRecord(record) }));
    const result = await this.#writes.run(() => {
      const written = this.#rooms.redact(ref, epoch, { ...redaction, records, rewritten });
      if (written.kind === 'appended') this.#audit.write(ref.tenant, redaction.audit ?? [], redaction.usage ?? []);
      return written;
    });
    // Freed space was overwritten; the older pages are still in the log.
    if (result.kind === 'appended') emptyLog(this.#file.db);
    return result;
  }

  async read(ref: RoomRef, after: number): Promise<readonly StoredRecord[]> {
    return this.#rooms.read(ref, after);
  }

  async holds(ref: RoomRef): Promise<boolean> {
    return this.#rooms.holds(ref);
  }

  async unfinished(): Promise<readonly RoomRef[]> {
    return this.#rooms.unfinished();
  }

  async loadDoc(ref: RoomRef, doc: DocKey): Promise<readonly Uint8Array[]> {
    return this.#rooms.loadDoc(ref, doc);
  }

  compactDoc(ref: RoomRef, epoch: Epoch, doc: DocKey, parts: number, state: Uint8Array): Promise<AppendResult> {
    return this.#writes.run(() => this.#rooms.compactDoc(ref, epoch, { doc, parts, state }));
  }

  async docs(ref: RoomRef): Promise<readonly DocKey[]> {
    return this.#rooms.docs(ref);
  }

  async rooms(tenant: Tenant, user: UserId, after: string | null, limit: number): Promise<readonly RoomListing[]> {
    return this.#rooms.rooms(tenant, user, after, limit);
  }

  async healthy(): Promise<boolean> {
    try {
      this.#file.db.pragma('user_version');
      return true;
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
    this.#writes.flush();
    this.#file.close();
  }
}
