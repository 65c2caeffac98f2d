import { JournalRecord } from '../core/records.ts';

/** A record as a store keeps it. */
export function encodeRecord(record: JournalRecord): string {
  return JSON.stringify(record);
}

/** Reads a stored record; throws when it does not fit the schema: the store was changed behind our back. */
export function decodeRecord(json: string): JournalRecord {
  return JournalRecord.parse(JSON.parse(json));
}
