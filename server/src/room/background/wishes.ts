import type { JobKind } from '@parley/shared/background';
import { JobId } from '@parley/shared/ids';
import type { JournalRecord } from '../../core/records.ts';
import type { Desk } from '../desk.ts';
import { wantsDigestAt } from './digest-job.ts';
import { wantsTitle } from './title-job.ts';

/**
 * Asks for background work when what everybody may read has come that far (G9). Nothing that happens in a private
 * lane or on a shelf makes it look (R9).
 */
export function wishFor(desk: Desk, records: readonly JournalRecord[]): void {
  if (desk.chronicle.state.kind !== 'present') return;
  const answered = records.some(isAnswered);
  if ((answered || records.some(isChanged)) && wantsTitle(desk)) wish(desk, 'title', desk.clock.now());
  const digestAt = answered || records.some(isSaid) ? wantsDigestAt(desk) : null;
  if (digestAt !== null) wish(desk, 'digest', digestAt);
}

/** Given up once, a digest is wished for anew when more is said; a title is not. */
function wish({ jobs, ids, ref, clock, log }: Desk, kind: Exclude<JobKind, 'export'>, notBefore: number): void {
  const wanted = { ref, kind, by: 'system', at: clock.now(), notBefore, anew: kind === 'digest' } as const;
  jobs
    .add({ ...wanted, id: JobId.parse(ids.next('j')) })
    .catch((error: unknown) => log.error('job.add-failed', { room: ref.room, error: String(error) }));
}

function isChanged({ type }: JournalRecord): boolean {
  return type === 'room.changed';
}

function isAnswered(record: JournalRecord): boolean {
  return record.type === 'turn.ended' && record.lane === 'room' && record.answer?.resources === undefined;
}

function isSaid(record: JournalRecord): boolean {
  return record.type === 'entry.added' && record.lane === 'room' && record.entry.resources === undefined;
}
