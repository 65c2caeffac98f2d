import type { RoomId, UserId } from '@parley/shared/ids';
import type { Tenant } from '../core/tenant.ts';

/**
 * One decision and how it came out (T50): codes, ids and numbers, never words that a person wrote.
 * `private` is set for what happened in a private lane: only that person reads the line (R9).
 */
export interface AuditLine {
  readonly at: number;
  readonly room: RoomId | null;
  readonly by: string;
  /** A command or a record, for instance `member.set`. */
  readonly action: string;
  readonly target: string | null;
  readonly outcome: 'done' | 'refused';
  /** With `refused`: the fault's code. */
  readonly code: string | null;
  readonly private: UserId | null;
}

export interface StoredAuditLine extends AuditLine {
  /** Grows in the tenant. */
  readonly id: number;
}

export interface AuditQuery {
  readonly after: number;
  readonly limit: number;
  readonly room?: RoomId | undefined;
  readonly by?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: 'done' | 'refused' | undefined;
  /** Whoever asks: they see their own private lines and nobody else's. */
  readonly reader: UserId;
  /** False: only lines by the reader. */
  readonly all: boolean;
}

/** What one settled model call used; sums are over these. */
export interface UsageLine {
  readonly at: number;
  readonly room: RoomId;
  readonly user: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly private: UserId | null;
}

export interface UsageQuery {
  readonly by: readonly ('user' | 'room' | 'model' | 'day')[];
  readonly from: number;
  readonly to: number;
  readonly room?: RoomId | undefined;
  /** Only what this person used; null: everybody. */
  readonly user: UserId | null;
}

export interface UsageSum {
  readonly user?: string;
  /** Null: private lanes, of any room. */
  readonly room?: RoomId | null;
  readonly model?: string;
  /** Days since the epoch, UTC. */
  readonly day?: number;
  readonly calls: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** What was decided and used in a tenant. Rooms write both with their batch; what is not about a room comes over `note`. */
export interface Audit {
  note(tenant: Tenant, lines: readonly AuditLine[]): Promise<void>;
  lines(tenant: Tenant, query: AuditQuery): Promise<readonly StoredAuditLine[]>;
  usage(tenant: Tenant, query: UsageQuery): Promise<readonly UsageSum[]>;
}
