import type { DocKey } from '@parley/shared/documents';
import type { RoomId, UserId } from '@parley/shared/ids';
import type { RoomRole } from '@parley/shared/roles';
import type { JournalRecord } from '../core/records.ts';
import type { RoomRef, Tenant } from '../core/tenant.ts';
import type { AuditLine, UsageLine } from './audit.ts';

/** The right to write a room, as a number that only grows. */
export type Epoch = number & { readonly __epoch: unique symbol };

/**
 * The ordered, durable record of everything that happened (D1). Whatever a call resolved with is on
 * disk. An implementation groups what arrives together into one synced commit, in order of arrival.
 */
export interface Journal {
  /** Moves the room's epoch up by one (compare-and-set) and returns it with the last sequence: older holders can no longer append. */
  acquire(ref: RoomRef): Promise<{ readonly epoch: Epoch; readonly seq: number }>;
  /**
   * Writes a batch whole or not at all. Resolves when it is synced. Refusals change nothing.
   * Rejects only when the store itself failed; the caller must then give the room up.
   */
  append(ref: RoomRef, epoch: Epoch, batch: Batch): Promise<AppendResult>;
  /**
   * Appends a batch and, in the same step, takes words out of what was written before: a crash leaves all of it
   * or nothing. When it resolves, no file of the store holds what was replaced; while another process reads
   * the store (a backup), the last of it goes with the next redaction, or when the store is opened or closed.
   */
  redact(ref: RoomRef, epoch: Epoch, redaction: Redaction): Promise<AppendResult>;
  /** Records with a sequence above `after`, in order. */
  read(ref: RoomRef, after: number): Promise<readonly StoredRecord[]>;
  /** Whether anything was ever written of the room. Asking leaves nothing behind. */
  holds(ref: RoomRef): Promise<boolean>;
  /** Rooms that hold queued or running work, over all tenants: what to recover at start. */
  unfinished(): Promise<readonly RoomRef[]>;

  /** The parts of a document in the order that they apply; empty when it was never written. */
  loadDoc(ref: RoomRef, doc: DocKey): Promise<readonly Uint8Array[]>;
  /**
   * Replaces the first `parts` parts of a document by one equal state; a crash leaves either. Parts
   * appended meanwhile stay behind it.
   */
  compactDoc(ref: RoomRef, epoch: Epoch, doc: DocKey, parts: number, state: Uint8Array): Promise<AppendResult>;
  /** Keys of all documents that a room ever wrote. */
  docs(ref: RoomRef): Promise<readonly DocKey[]>;

  /** Rooms of a person, by id, after a cursor (a room id). */
  rooms(tenant: Tenant, user: UserId, after: string | null, limit: number): Promise<readonly RoomListing[]>;

  /** True when the store answers. */
  healthy(): Promise<boolean>;
  close(): Promise<void>;
}

export interface Batch {
  /** The sequence of the last record before this batch; another one is refused. */
  readonly expectedSeq: number;
  /** Take the sequences expectedSeq + 1, …; may be empty when only documents change. */
  readonly records: readonly JournalRecord[];
  /** Document updates (V1) that belong to the same moment. */
  readonly updates: readonly { readonly doc: DocKey; readonly update: Uint8Array }[];
  /** How the room now shows in lists, when that changed; null removes it. */
  readonly listing?: {
    /** As people gave it. */
    readonly title: string;
    /** What members are shown instead: made from what was said, so it is sealed like that and no admin's (R16). */
    readonly proposed?: string;
    readonly createdAt: number;
    readonly members: readonly { readonly user: UserId; readonly role: RoomRole }[];
  } | null;
  /** Whether the room now holds queued or running work, when that changed. */
  readonly busy?: boolean;
  /** How many calls in the room's own lane wait for somebody's word, when that changed. */
  readonly waiting?: number;
  /** T50: decisions of this moment, and refusals. */
  readonly audit?: readonly AuditLine[];
  /** Model calls that were settled in this moment. */
  readonly usage?: readonly UsageLine[];
  /** It need not be on the disk when it is appended: it is with the next batch that is not lazy, and survives a crash of the process. */
  readonly lazy?: boolean;
}

/** What takes the place of what was written before. Unique keys and sequences stay. */
export interface Redaction extends Batch {
  /** Each takes the place of the record with its sequence; one that is not there makes the whole a mistake. */
  readonly rewritten: readonly StoredRecord[];
  /** The first `parts` parts of a document, those of this batch counted, give way to one state. */
  readonly compacted: readonly Compaction[];
}

export interface Compaction {
  readonly doc: DocKey;
  readonly parts: number;
  readonly state: Uint8Array;
}

export type AppendResult =
  | { readonly kind: 'appended' }
  /** Another owner took the room. */
  | { readonly kind: 'stale-epoch' }
  | { readonly kind: 'wrong-seq'; readonly seq: number }
  /** A unique key (client id, operation id) is already taken. */
  | { readonly kind: 'duplicate'; readonly key: string };

export interface StoredRecord {
  readonly seq: number;
  readonly record: JournalRecord;
}

export interface RoomListing {
  readonly id: RoomId;
  readonly title: string;
  readonly role: RoomRole;
  readonly createdAt: number;
}
