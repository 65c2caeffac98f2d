import type { JournalRecord } from './records.ts';

/** A key that may appear once in a room: what makes a resend harmless even across a crash (T2, D1). */
export function uniqueKey(record: JournalRecord): string | null {
  if (record.type === 'background.settled') return `background:${record.operation}`;
  if (record.type === 'ticket.accepted') return `prompt:${record.author.id}:${record.key}`;
  if (record.type === 'entry.added' && record.key !== undefined)
    return `message:${record.entry.author.id}:${record.key}`;
  return null;
}
