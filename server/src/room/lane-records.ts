import type { LaneKey } from '@parley/shared/ids';
import type { JournalRecord } from '../core/records.ts';

/** A lane that was only opened has nothing to show yet; a prompt is shown as one that waits, or as the one that started. */
const SHOWS_NOTHING: ReadonlySet<JournalRecord['type']> = new Set(['lane.opened', 'ticket.accepted']);

/** Records of each lane that its document shows. */
export function byLane(records: readonly JournalRecord[]): Map<LaneKey, JournalRecord[]> {
  const lanes = new Map<LaneKey, JournalRecord[]>();
  for (const record of records) {
    if (!('lane' in record) || SHOWS_NOTHING.has(record.type)) continue;
    const own = lanes.get(record.lane);
    if (own) own.push(record);
    else lanes.set(record.lane, [record]);
  }
  return lanes;
}
