import type { JournalRecord } from '../core/records.ts';
import type { LaneState } from '../core/lane.ts';
import type { PresentRoom } from '../core/room-state.ts';
import type { TranscriptWriter } from './documents/transcript-doc.ts';
import { aiState, ticketViews } from './views.ts';

/**
 * Journal to transcript document: what a lane's readers see of these records. The document follows the
 * journal in the same commit, so either both are on disk or neither is.
 */
export function project(write: TranscriptWriter, records: readonly JournalRecord[], state: LaneState): void {
  for (const record of records) projectOne(write, record);
  write.setTickets(ticketViews(state));
  write.setRoom({ ai: aiState(state) });
}

/** What the document says of the room itself; of the lane too when its state is given. */
export function projectRoom(write: TranscriptWriter, room: PresentRoom, state: LaneState | undefined): void {
  write.setRoom({ title: room.title, floor: room.policy.floor, ...(state ? { ai: aiState(state) } : {}) });
}

function projectOne(write: TranscriptWriter, record: JournalRecord): void {
  switch (record.type) {
    case 'entry.added':
      write.addEntry(record.entry);
      return;
    case 'turn.started':
      write.addEntry(record.entry);
      return;
    case 'turn.attempted':
      // A later attempt replaces what an earlier one showed; two answers are never spliced.
      write.startLive(record.turn);
      return;
    case 'turn.ended':
      if (record.answer) write.addEntry(record.answer);
      write.clearLive(record.turn);
      return;
    default:
  }
}
