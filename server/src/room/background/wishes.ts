import { JobId } from '@parley/shared/ids';
import { wantsTitle } from './title-job.ts';
import type { JournalRecord } from '../../core/records.ts';
import type { Desk } from '../desk.ts';

/**
 * Asks for background work when what everybody may read has come that far (G9). Nothing that happens in a private
 * lane or on a shelf makes it look (R9).
 */
export function wishFor(desk: Desk, records: readonly JournalRecord[]): void {
  if (!records.some(tells) || desk.chronicle.state.kind !== 'present' || !wantsTitle(desk)) return;
  const { jobs, ids, ref, clock } = desk;
  const at = clock.now();
  const wanted = { ref, kind: 'title', by: 'system', at, notBefore: at, anew: false } as const;
  jobs
    .add({ ...wanted, id: JobId.parse(ids.next('j')) })
    .catch((error: unknown) => desk.log.error('job.add-failed', { room: ref.room, error: String(error) }));
}

function tells(record: JournalRecord): boolean {
  if (record.type === 'room.changed') return true;
  return record.type === 'turn.ended' && record.lane === 'room' && record.answer?.resources === undefined;
}
