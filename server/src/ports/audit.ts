import type { RoomId, UserId } from '@parley/shared/ids';
import type { AuditLine } from '../core/audit-lines.ts';
import type { UsageLine } from '../core/audit-records.ts';
import type { KeyOf } from '../core/calling/key-choice.ts';
import type { Tenant } from '../core/tenant.ts';

export type { AuditLine, UsageLine };

export interface StoredAuditLine extends AuditLine {
  /** Grows for every reader, and tells nobody of lines that they may not read (R9). */
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

export interface UsageQuery {
  readonly by: readonly ('user' | 'room' | 'model' | 'day' | 'key')[];
  /** Milliseconds since the epoch; whole UTC days that they touch. */
  readonly from: number;
  readonly to: number;
  /** What was used in this room's own lane; a private lane counts for no room. */
  readonly room?: RoomId | undefined;
  /** Only what this person used; null: everybody. */
  readonly user: UserId | null;
}

/** What calls came to, added up. */
export interface UsageTotals {
  readonly calls: number;
  readonly inputTokens: number;
  /** Of the input: read from the provider's cache, and written to it. */
  readonly cachedTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  /** Of the output: thought and not said. */
  readonly reasoningTokens: number;
  /** In millionths of the operator's currency, of those calls whose cost is known. */
  readonly cost: number;
  /** How many calls' cost is not. */
  readonly unpriced: number;
}

/** They, of what somebody asked to have them for. */
export interface UsageSum extends UsageTotals {
  readonly user?: string;
  /** Null: private lanes, of any room. */
  readonly room?: RoomId | null;
  readonly model?: string;
  /** Days since the epoch, UTC. */
  readonly day?: number;
  /** Whose keys the calls were made with. */
  readonly key?: KeyOf;
}

/** What was decided and used in a tenant. Rooms write both with their batch; what is not about a room comes over `note`. */
export interface Audit {
  note(tenant: Tenant, lines: readonly AuditLine[]): Promise<void>;
  lines(tenant: Tenant, query: AuditQuery): Promise<readonly StoredAuditLine[]>;
  usage(tenant: Tenant, query: UsageQuery): Promise<readonly UsageSum[]>;
}
