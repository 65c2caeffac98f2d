import { monthOf } from '../../core/budget/scopes.ts';
import { tenantKey, type Tenant } from '../../core/tenant.ts';
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
import { asRow, daysOf, sumUp } from './usage-sums.ts';

interface Book {
  lines: StoredAuditLine[];
  readonly usage: UsageLine[];
}

/** What was decided and used, as long as the process lives. */
export class MemoryAudit implements Audit {
  readonly #books = new Map<string, Book>();
  readonly #most: number;

  /** @param most lines that are kept of a tenant, besides private ones */
  constructor(most = MOST_LINES) {
    this.#most = most;
  }

  async note(tenant: Tenant, lines: readonly AuditLine[]): Promise<void> {
    this.write(tenant, lines, []);
  }

  async lines(tenant: Tenant, query: AuditQuery): Promise<readonly StoredAuditLine[]> {
    return this.#book(tenant)
      .lines.filter((line) => line.id > query.after && fits(line, query))
      .slice(0, query.limit);
  }

  async usage(tenant: Tenant, query: UsageQuery): Promise<readonly UsageSum[]> {
    const { first, end } = daysOf(query);
    const rows = this.#book(tenant)
      .usage.map(asRow)
      .filter(({ day }) => day >= first && day < end)
      .filter(({ user }) => query.user === null || user === query.user)
      .filter((row) => query.room === undefined || (row.room === query.room && !row.private));
    return sumUp(rows, query.by);
  }

  /** What was used in a month, call by call. */
  used(tenant: Tenant, month: string): readonly UsageLine[] {
    return this.#book(tenant).usage.filter(({ at }) => monthOf(at) === month);
  }

  /** What a room's batch brings. */
  write(tenant: Tenant, lines: readonly AuditLine[], usage: readonly UsageLine[]): void {
    const book = this.#book(tenant);
    book.usage.push(...usage);
    for (const line of lines) this.#add(book, line);
  }

  #add(book: Book, line: AuditLine): void {
    const lastShared = lastId(book, null);
    const id = line.private === null ? nextSharedId(lastShared) : nextPrivateId(lastId(book, line.private), lastShared);
    book.lines.push({ ...line, id });
    const gone = line.private === null ? forgottenUpTo(id, this.#most) : null;
    if (gone !== null) book.lines = book.lines.filter((kept) => kept.id > gone);
  }

  #book(tenant: Tenant): Book {
    const key = tenantKey(tenant);
    const known = this.#books.get(key);
    if (known) return known;
    const book: Book = { lines: [], usage: [] };
    this.#books.set(key, book);
    return book;
  }
}

function lastId(book: Book, person: AuditLine['private']): number {
  return book.lines.findLast((line) => line.private === person)?.id ?? 0;
}

function fits(line: AuditLine, query: AuditQuery): boolean {
  if (line.private !== null && line.private !== query.reader) return false;
  if (!query.all && line.by !== query.reader) return false;
  const { room, by, action, outcome } = query;
  return (
    (room === undefined || line.room === room) &&
    (by === undefined || line.by === by) &&
    (action === undefined || line.action === action) &&
    (outcome === undefined || line.outcome === outcome)
  );
}
