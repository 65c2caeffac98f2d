import type { UsageRow } from '@parley/shared/admin';
import { utcDay } from '../ui/format.ts';
import { adminStrings as words } from './admin-strings.ts';

/** What usage is summed over. */
export const USAGE_FIELDS = ['user', 'room', 'model', 'day'] as const;
export type UsageField = (typeof USAGE_FIELDS)[number];

/** What one row is about, for a person. */
export function labelOfRow(row: UsageRow, field: UsageField): string {
  if (field === 'day') return utcDay(row.day ?? 0);
  return row[field] ?? words.privateLanes;
}
