import type { UsageLine, UsageQuery, UsageSum } from '../../ports/audit.ts';

const DAY_MS = 86_400_000;

/** What one person used of one model in one room, or in private, on one day. */
export interface UsageRow {
  readonly day: number;
  readonly room: UsageLine['room'];
  readonly user: string;
  readonly model: string;
  readonly private: boolean;
  readonly calls: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** Days since the epoch, UTC. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** The days that a query is about: whole ones, those that it touches. */
export function daysOf({ from, to }: Pick<UsageQuery, 'from' | 'to'>): {
  readonly first: number;
  readonly end: number;
} {
  return { first: dayOf(from), end: Math.ceil(to / DAY_MS) };
}

/** Adds rows up by what was asked for; in the order of those fields. */
export function sumUp(rows: Iterable<UsageRow>, by: UsageQuery['by']): UsageSum[] {
  const sums = new Map<string, UsageSum>();
  for (const row of rows) {
    const group = groupOf(row, by);
    const key = JSON.stringify(by.map((field) => group[field]));
    const sum = sums.get(key) ?? { ...group, calls: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
    sums.set(key, added(sum, row));
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

type Group = Pick<UsageSum, 'user' | 'room' | 'model' | 'day'>;

function groupOf(row: UsageRow, by: UsageQuery['by']): Group {
  const { user, model, day } = row;
  const all = { user, model, day, room: row.private ? null : row.room };
  return Object.fromEntries(by.map((field) => [field, all[field]]));
}

function added(sum: UsageSum, row: UsageRow): UsageSum {
  return {
    ...sum,
    calls: sum.calls + row.calls,
    inputTokens: sum.inputTokens + row.inputTokens,
    cachedTokens: sum.cachedTokens + row.cachedTokens,
    outputTokens: sum.outputTokens + row.outputTokens,
  };
}
