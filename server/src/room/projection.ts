import type { Entry } from '@parley/shared/entry';
import type { EntryId, TurnId } from '@parley/shared/ids';
import type { JournalRecord, RecordOf } from '../core/records.ts';
import type { LaneState } from '../core/arbiter/lane.ts';
import { titleOf, type PresentRoom } from '../core/room-state.ts';
import type { TranscriptWriter } from './documents/transcript-doc.ts';
import { aiState, ticketViews } from './views.ts';

/** One document of a lane: its own, or one for what was made from certain resources. */
export interface Place {
  /** Whether such an entry stands here. */
  readonly holds: (entry: Entry) => boolean;
  /** Whether the entry of this id stands here, or stood here once. */
  readonly held: (entry: EntryId) => boolean;
  /** Whether the text of a turn is shown here while it runs. */
  readonly runs: (turn: TurnId) => boolean;
  /** What its steps said before the one that begins. */
  readonly before: (turn: TurnId) => string;
}

/**
 * Journal to transcript document: what the readers of one place see of these records. The document follows
 * the journal in the same commit, so either both are on disk or neither is.
 */
export function project(write: TranscriptWriter, records: readonly JournalRecord[], place: Place): void {
  for (const record of records) projectOne(write, record, place);
}

/** Who waits and what the AI does: everybody in a lane sees it, whatever the answers are made from. */
export function projectLane(write: TranscriptWriter, state: LaneState): void {
  write.setTickets(ticketViews(state));
  write.setRoom({ ai: aiState(state) });
}

/** What the document says of the room itself; of the lane too when its state is given. */
export function projectRoom(write: TranscriptWriter, room: PresentRoom, state: LaneState | undefined): void {
  const titledBy = room.proposed === null ? null : 'ai';
  write.setRoom({ title: titleOf(room), titledBy, floor: room.policy.floor, ...(state ? { ai: aiState(state) } : {}) });
}

function projectOne(write: TranscriptWriter, record: JournalRecord, place: Place): void {
  switch (record.type) {
    case 'entry.added':
    case 'turn.started':
      if (place.holds(record.entry)) write.addEntry(record.entry);
      return;
    case 'entry.redacted':
      if (place.held(record.entry)) write.redactEntry(record.entry, record.by);
      return;
    case 'turn.attempted':
      if (place.runs(record.turn)) attempt(write, record, place);
      return;
    case 'turn.ended':
      if (record.answer && place.holds(record.answer)) write.addEntry(record.answer);
      if (place.runs(record.turn)) write.clearLive(record.turn);
      return;
    default:
  }
}

/** A later attempt replaces what an earlier one showed of its step; two answers are never spliced. */
function attempt(
  write: TranscriptWriter,
  { turn, step, attempt: number }: RecordOf<'turn.attempted'>,
  place: Place,
): void {
  if (step > 1 && number === 1) return;
  write.startLive(turn);
  write.appendLive(turn, place.before(turn));
}
