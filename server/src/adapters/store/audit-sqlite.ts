import type { RoomId, UserId } from '@parley/shared/ids';
import type { Database, Statement } from 'better-sqlite3';
import { personKey, tenantKey, type Tenant } from '../../core/tenant.ts';
import type {
  Audit,
  AuditLine,
  AuditQuery,
  StoredAuditLine,
  UsageLine,
  UsageQuery,
  UsageSum,
} from '../../ports/audit.ts';
import { forgottenUpTo, MOST_LINES, nextPrivateId, nextSharedId } from './audit-ids.ts';
import type { GroupCommit } from './group-commit.ts';
import { asRow, daysOf, sumUp, type UsageRow } from './usage-sums.ts';

/** So many sequences of numbers are remembered; beyond, they are read again. */
const MOST_KNOWN = 10_000;

/** What was decided and used, in tables beside the journal's, so that both are written in one moment (T50). */
export class SqliteAudit implements Audit {
  readonly #writes: GroupCommit;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #most: number;
  /** The last number of a tenant's lines, and of a person's private ones: nobody else writes them. */
  readonly #last = new Map<string, number>();

  /** @param most lines that are kept of a tenant, besides private ones */
  constructor(db: Database, writes: GroupCommit, most = MOST_LINES) {
    this.#writes = writes;
    this.#sql = prepare(db);
    this.#most = most;
  }

  note(tenant: Tenant, lines: readonly AuditLine[]): Promise<void> {
    return this.#writes.run(() => this.write(tenant, lines, []));
  }

  async lines(tenant: Tenant, query: AuditQuery): Promise<readonly StoredAuditLine[]> {
    const { reader, all, room = null, action = null, outcome = null } = query;
    // Two conditions on one field: whoever reads only their own lines may still ask for somebody's.
    if (!all && query.by !== undefined && query.by !== reader) return [];
    const by = all ? (query.by ?? null) : reader;
    const { after, limit } = query;
    return this.#sql.lines
      .all({ tenant: tenant.id, reader, after, limit, room, by, action, outcome })
      .map((line) => ({ ...line, private: line.private === '' ? null : line.private }));
  }

  async usage(tenant: Tenant, query: UsageQuery): Promise<readonly UsageSum[]> {
    const { first, end } = daysOf(query);
    const { user, room = null } = query;
    const rows = this.#sql.usage.all({ tenant: tenant.id, first, end, user, room });
    return sumUp(
      rows.map((row) => ({ ...row, private: row.private !== '' })),
      query.by,
    );
  }

  /** What a room's batch brings; the caller brings the transaction. */
  write(tenant: Tenant, lines: readonly AuditLine[], usage: readonly UsageLine[]): void {
    for (const line of lines) this.#add(tenant, line);
    for (const line of usage) this.#sql.use.run({ ...asRow(line), tenant: tenant.id, private: line.private ?? '' });
  }

  #add(tenant: Tenant, line: AuditLine): void {
    const id = this.#nextId(tenant, line.private);
    this.#sql.add.run({ ...line, tenant: tenant.id, private: line.private ?? '', id });
    const gone = line.private === null ? forgottenUpTo(id, this.#most) : null;
    if (gone !== null) this.#sql.forget.run(tenant.id, gone);
  }

  #nextId(tenant: Tenant, owner: UserId | null): number {
    const lastShared = this.#lastId(tenant, null);
    const id = owner === null ? nextSharedId(lastShared) : nextPrivateId(this.#lastId(tenant, owner), lastShared);
    if (this.#last.size >= MOST_KNOWN) this.#last.clear();
    // A write that is rolled back leaves a gap, from which nobody learns anything.
    this.#last.set(sequenceOf(tenant, owner), id);
    return id;
  }

  #lastId(tenant: Tenant, owner: UserId | null): number {
    return this.#last.get(sequenceOf(tenant, owner)) ?? this.#sql.last.get(tenant.id, owner ?? '')?.id ?? 0;
  }
}

function sequenceOf(tenant: Tenant, owner: UserId | null): string {
  return owner === null ? tenantKey(tenant) : personKey(tenant, owner);
}

type LineRow = Omit<StoredAuditLine, 'private'> & { readonly private: UserId | '' };
type StoredUsage = Omit<UsageRow, 'private'> & { readonly private: string };

function prepare(db: Database) {
  return { ...lineStatements(db), ...usageStatements(db) };
}

function lineStatements(db: Database) {
  const last: Statement<[string, string], { id: number | null }> = db.prepare(
    'SELECT max(id) AS id FROM audit_lines WHERE tenant = ? AND private = ?',
  );
  const add: Statement<[Omit<AuditLine, 'private'> & { tenant: string; private: string; id: number }]> = db.prepare(`
    INSERT INTO audit_lines (tenant, private, id, at, room, by, action, target, outcome, code)
    VALUES (@tenant, @private, @id, @at, @room, @by, @action, @target, @outcome, @code)`);
  const forget: Statement<[string, number]> = db.prepare('DELETE FROM audit_lines WHERE tenant = ? AND id <= ?');
  const lines: Statement<[LineParameters], LineRow> = db.prepare(
    `${linesOf("''")} UNION ALL ${linesOf('@reader')} ORDER BY id LIMIT @limit`,
  );
  return { last, add, forget, lines };
}

interface LineParameters {
  readonly tenant: string;
  readonly reader: UserId;
  readonly after: number;
  readonly limit: number;
  readonly room: RoomId | null;
  readonly by: string | null;
  readonly action: string | null;
  readonly outcome: string | null;
}

/** Both halves stand in order in the table, so that merging them reads no more than what is asked for. */
function linesOf(owner: string): string {
  return `
    SELECT id, at, room, by, action, target, outcome, code, private FROM audit_lines
    WHERE tenant = @tenant AND private = ${owner} AND id > @after AND (@room IS NULL OR room = @room)
    AND (@by IS NULL OR by = @by) AND (@action IS NULL OR action = @action)
    AND (@outcome IS NULL OR outcome = @outcome)`;
}

function usageStatements(db: Database) {
  const use: Statement<[StoredUsage & { readonly tenant: string }]> = db.prepare(`
    INSERT INTO usage (tenant, day, room, user, model, private, key_of, calls, input, cached, written, output,
    reasoning, cost, unpriced)
    VALUES (@tenant, @day, @room, @user, @model, @private, @keyOf, @calls, @inputTokens, @cachedTokens,
    @cacheWriteTokens, @outputTokens, @reasoningTokens, @cost, @unpriced)
    ON CONFLICT DO UPDATE SET calls = calls + 1, input = input + excluded.input, cached = cached + excluded.cached,
    written = written + excluded.written, output = output + excluded.output,
    reasoning = reasoning + excluded.reasoning, cost = cost + excluded.cost, unpriced = unpriced + excluded.unpriced`);
  const usage: Statement<
    [{ tenant: string; first: number; end: number; user: string | null; room: RoomId | null }],
    StoredUsage
  > = db.prepare(`
    SELECT day, room, user, model, private, key_of AS keyOf, calls, input AS inputTokens, cached AS cachedTokens,
    written AS cacheWriteTokens, output AS outputTokens, reasoning AS reasoningTokens, cost, unpriced FROM usage WHERE tenant = @tenant AND day >= @first AND day < @end
    AND (@user IS NULL OR user = @user) AND (@room IS NULL OR (room = @room AND private = ''))`);
  return { use, usage };
}
