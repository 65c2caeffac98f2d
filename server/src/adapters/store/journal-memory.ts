import type { DocKey } from '@parley/shared/documents';
import type { UserId } from '@parley/shared/ids';
import type { JournalRecord } from '../../core/records.ts';
import { roomKey, type RoomRef, type Tenant } from '../../core/tenant.ts';
import { uniqueKey } from '../../core/unique-key.ts';
import type {
  AppendResult,
  Batch,
  Compaction,
  Epoch,
  Journal,
  Redaction,
  RoomListing,
  StoredRecord,
} from '../../ports/journal.ts';
import type { RoomOverview } from '../../ports/people.ts';
import { MemoryAudit } from './audit-memory.ts';
import { MemoryJobs } from './jobs-memory.ts';
import { decodeRecord, encodeRecord } from './record-json.ts';

/**
 * A journal that lives as long as the process. Records are kept as the JSON a disk would hold, so a
 * reader never shares an object with the writer.
 */
export class MemoryJournal implements Journal {
  /** Gets what batches bring for it. */
  readonly audit: MemoryAudit;
  /** A room that is gone takes its work with it. */
  readonly jobs = new MemoryJobs();
  readonly #rooms = new Map<string, Room>();

  constructor(audit = new MemoryAudit()) {
    this.audit = audit;
  }

  async acquire(ref: RoomRef): Promise<{ readonly epoch: Epoch; readonly seq: number }> {
    const room = this.#room(ref);
    room.epoch += 1;
    // The brand exists for the compiler only; a journal is the one place that makes an epoch.
    return { epoch: room.epoch as Epoch, seq: room.records.length };
  }

  async append(ref: RoomRef, epoch: Epoch, batch: Batch): Promise<AppendResult> {
    const lines = batch.records.map(encodeRecord);
    const room = this.#held(ref, epoch);
    if (!room) return { kind: 'stale-epoch' };
    const refusal = refusalOf(room, batch);
    if (refusal) return refusal;
    room.records.push(...lines);
    this.#write(room, batch);
    this.audit.write(ref.tenant, batch.audit ?? [], batch.usage ?? []);
    return { kind: 'appended' };
  }

  async redact(ref: RoomRef, epoch: Epoch, redaction: Redaction): Promise<AppendResult> {
    const lines = redaction.records.map(encodeRecord);
    const rewritten = redaction.rewritten.map(({ seq, record }) => ({ seq, line: encodeRecord(record) }));
    const room = this.#held(ref, epoch);
    if (!room) return { kind: 'stale-epoch' };
    const refusal = refusalOf(room, redaction);
    if (refusal) return refusal;
    checkRedaction(room, redaction);
    room.records.push(...lines);
    for (const { seq, line } of rewritten) room.records[seq - 1] = line;
    this.#write(room, redaction);
    this.jobs.rewrite(ref);
    this.audit.write(ref.tenant, redaction.audit ?? [], redaction.usage ?? []);
    for (const compaction of redaction.compacted) compact(room, compaction);
    return { kind: 'appended' };
  }

  async read(ref: RoomRef, after: number): Promise<readonly StoredRecord[]> {
    const records = this.#rooms.get(roomKey(ref))?.records ?? [];
    return records.slice(after).map((json, index) => ({ seq: after + index + 1, record: decodeRecord(json) }));
  }

  async holds(ref: RoomRef): Promise<boolean> {
    return (this.#rooms.get(roomKey(ref))?.records.length ?? 0) > 0;
  }

  async unfinished(): Promise<readonly RoomRef[]> {
    return [...this.#rooms.values()].filter((room) => room.busy).map((room) => room.ref);
  }

  async loadDoc(ref: RoomRef, doc: DocKey): Promise<readonly Uint8Array[]> {
    return [...(this.#rooms.get(roomKey(ref))?.docs.get(doc) ?? [])];
  }

  async compactDoc(ref: RoomRef, epoch: Epoch, doc: DocKey, parts: number, state: Uint8Array): Promise<AppendResult> {
    const room = this.#held(ref, epoch);
    if (!room) return { kind: 'stale-epoch' };
    compact(room, { doc, parts, state });
    return { kind: 'appended' };
  }

  async docs(ref: RoomRef): Promise<readonly DocKey[]> {
    return [...(this.#rooms.get(roomKey(ref))?.docs.keys() ?? [])].toSorted();
  }

  async rooms(tenant: Tenant, user: UserId, after: string | null, limit: number): Promise<readonly RoomListing[]> {
    return [...this.#rooms.values()]
      .filter((room) => room.ref.tenant.id === tenant.id && (after === null || room.ref.room > after))
      .flatMap((room) => listingFor(room, user))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  /** Every room of a tenant that lists show. */
  overviews(tenant: Tenant): RoomOverview[] {
    return [...this.#rooms.values()].filter(({ ref }) => ref.tenant.id === tenant.id).flatMap(overviewOf);
  }

  async healthy(): Promise<boolean> {
    return true;
  }

  async close(): Promise<void> {}

  #write(room: Room, batch: Batch): void {
    write(room, batch);
    if (batch.listing === null) this.jobs.drop(room.ref);
  }

  /** The room while `epoch` is the one that may write it. */
  #held(ref: RoomRef, epoch: Epoch): Room | null {
    const room = this.#rooms.get(roomKey(ref));
    return room?.epoch === epoch ? room : null;
  }

  #room(ref: RoomRef): Room {
    const key = roomKey(ref);
    const known = this.#rooms.get(key);
    if (known) return known;
    const room: Room = {
      ref,
      epoch: 0,
      records: [],
      keys: new Set(),
      docs: new Map(),
      listing: null,
      busy: false,
      waiting: 0,
    };
    this.#rooms.set(key, room);
    return room;
  }
}

interface Room {
  readonly ref: RoomRef;
  epoch: number;
  /** The record with sequence n stands at index n − 1. */
  readonly records: string[];
  readonly keys: Set<string>;
  readonly docs: Map<DocKey, Uint8Array[]>;
  listing: NonNullable<Batch['listing']> | null;
  waiting: number;
  busy: boolean;
}

/** Why a batch of the room's owner is refused; null when it is not. */
function refusalOf(room: Room, batch: Batch): AppendResult | null {
  if (room.records.length !== batch.expectedSeq) return { kind: 'wrong-seq', seq: room.records.length };
  const key = takenKey(room.keys, batch.records);
  return key === null ? null : { kind: 'duplicate', key };
}

/** Before anything changes: throws when the redaction is a mistake. */
function checkRedaction(room: Room, { rewritten, updates, compacted }: Redaction): void {
  for (const { seq } of rewritten) if (room.records[seq - 1] === undefined) throw new RangeError(`no record ${seq}`);
  for (const { doc, parts } of compacted) {
    const added = updates.filter((update) => update.doc === doc).length;
    checkParts(parts, (room.docs.get(doc)?.length ?? 0) + added);
  }
}

function checkParts(parts: number, stored: number): void {
  if (parts < 1 || parts > stored) throw new RangeError(`cannot compact ${parts} of ${stored} parts`);
}

function compact(room: Room, { doc, parts, state }: Compaction): void {
  const stored = room.docs.get(doc) ?? [];
  checkParts(parts, stored.length);
  stored.splice(0, parts, state.slice());
}

/** The first unique key of a batch that the room, or the batch itself, already holds. */
function takenKey(keys: ReadonlySet<string>, records: readonly JournalRecord[]): string | null {
  const own = new Set<string>();
  for (const record of records) {
    const key = uniqueKey(record);
    if (key === null) continue;
    if (keys.has(key) || own.has(key)) return key;
    own.add(key);
  }
  return null;
}

function write(room: Room, batch: Batch): void {
  for (const record of batch.records) {
    const key = uniqueKey(record);
    if (key !== null) room.keys.add(key);
  }
  for (const { doc, update } of batch.updates) {
    const parts = room.docs.get(doc);
    if (parts) parts.push(update.slice());
    else room.docs.set(doc, [update.slice()]);
  }
  if (batch.listing !== undefined) room.listing = batch.listing;
  if (batch.busy !== undefined) room.busy = batch.busy;
  if (batch.waiting !== undefined) room.waiting = batch.waiting;
}

function overviewOf({ ref, listing, waiting }: Room): RoomOverview[] {
  if (!listing) return [];
  const members = listing.members.toSorted((a, b) => (a.user < b.user ? -1 : 1));
  return [{ id: ref.room, title: listing.title, createdAt: listing.createdAt, members, waiting }];
}

function listingFor(room: Room, user: UserId): RoomListing[] {
  const member = room.listing?.members.find((candidate) => candidate.user === user);
  if (!room.listing || !member) return [];
  const { proposed, createdAt } = room.listing;
  const title = proposed ?? room.listing.title;
  return [{ id: room.ref.room, title, role: member.role, createdAt }];
}
