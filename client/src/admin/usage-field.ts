import type { UsageRow } from '@parley/shared/admin';
import { fullDate } from '../ui/format.ts';
import { adminStrings as words } from './admin-strings.ts';

/** What usage is summed over. */
export const USAGE_FIELDS = ['user', 'room', 'model', 'day'] as const;
export type UsageField = (typeof USAGE_FIELDS)[number];

const DAY_MS = 86_400_000;

/** What one row is about, for a person. */
export function labelOfRow(row: UsageRow, field: UsageField): string {
  if (field === 'day') return fullDate((row.day ?? 0) * DAY_MS);
  return row[field] ?? words.privateLanes;
}
