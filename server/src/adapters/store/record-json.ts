import { JournalRecord } from '../../core/records.ts';

/**
 * A record as a store keeps it. Throws when it does not fit the schema, which is a bug of ours: better
 * one refused write than a room that can never be read again.
 */
export function encodeRecord(record: JournalRecord): string {
  return JSON.stringify(JournalRecord.parse(record));
}

/** Reads a stored record; throws when it does not fit the schema: the store was changed behind our back. */
export function decodeRecord(json: string): JournalRecord {
  return JournalRecord.parse(JSON.parse(json));
}
