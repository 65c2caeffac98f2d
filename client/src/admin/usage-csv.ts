import type { UsageRow } from '@parley/shared/admin';
import { labelOfRow, type UsageField } from './usage-field.ts';

const NUMBERS = [
  'calls',
  'inputTokens',
  'cachedTokens',
  'cacheWriteTokens',
  'outputTokens',
  'cost',
  'unpriced',
] as const;

/** What was used, for a spreadsheet; a name that one would take for a formula is told as text. */
export function usageCsv(rows: readonly UsageRow[], field: UsageField): string {
  const lines = rows.map((row) => [cell(labelOfRow(row, field)), ...NUMBERS.map((name) => row[name])].join(','));
  return [[field, ...NUMBERS].join(','), ...lines, ''].join('\r\n');
}

function cell(text: string): string {
  return `"${(/^[=+\-@\t\r]/u.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
