import type { UsageLine, UsageQuery, UsageSum, UsageTotals } from '../../ports/audit.ts';

const DAY_MS = 86_400_000;

/** What one person used of one model in one room, or in private, on one day. */
export interface UsageRow extends UsageTotals {
  readonly day: number;
  readonly room: UsageLine['room'];
  readonly user: string;
  readonly model: string;
  readonly private: boolean;
  readonly keyOf: UsageLine['keyOf'];
}

/** What one call adds to its row. */
export function asRow({ at, private: owner, cost, ...line }: UsageLine): UsageRow {
  const priced = { cost: cost ?? 0, unpriced: cost === null ? 1 : 0 };
  return { ...line, ...priced, day: dayOf(at), private: owner !== null, calls: 1 };
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
    sums.set(key, added(sums.get(key) ?? { ...group, ...NOTHING }, row));
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

type Group = Omit<UsageSum, keyof UsageTotals>;

const NOTHING: UsageTotals = {
  calls: 0,
  inputTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  cost: 0,
  unpriced: 0,
};
// Keys of an object that is written out here.
const SUMMED = Object.keys(NOTHING) as (keyof UsageTotals)[];

function groupOf(row: UsageRow, by: UsageQuery['by']): Group {
  const { user, model, day, keyOf: key } = row;
  const all = { user, model, day, key, room: row.private ? null : row.room };
  return Object.fromEntries(by.map((field) => [field, all[field]]));
}

function added(sum: UsageSum, row: UsageRow): UsageSum {
  return { ...sum, ...Object.fromEntries(SUMMED.map((field) => [field, sum[field] + row[field]])) };
}
