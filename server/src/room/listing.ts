import { startedTurns } from '../core/arbiter/lane.ts';
import type { JournalRecord } from '../core/records.ts';
import type { PresentRoom } from '../core/room-state.ts';
import { askedCall } from '../core/arbiter/turn-work.ts';
import type { Batch } from '../ports/journal.ts';

/** How a room shows in its members' lists. */
export function listingOf(room: PresentRoom): NonNullable<Batch['listing']> {
  const members = [...room.members].map(([user, { role }]) => ({ user, role }));
  const proposed = room.proposed === null ? {} : { proposed: room.proposed.title };
  return { title: room.title, ...proposed, createdAt: room.createdAt, members };
}

/** Whether a record changes what lists show. */
export function touchesListing(record: JournalRecord): boolean {
  return touchesTitle(record) || record.type.startsWith('room.') || record.type.startsWith('member.');
}

/** Whether a record may change the title that members are shown. */
export function touchesTitle(record: JournalRecord): boolean {
  if (record.type === 'entry.redacted') return record.lane === 'room';
  return record.type === 'room.changed' || record.type === 'room.titled';
}

/** How many calls wait for somebody's word, in the lane that is everybody's; of private ones nobody else learns (R16). */
export function waitingIn(room: PresentRoom): number {
  const state = room.lanes.get('room')?.state;
  return state === undefined ? 0 : startedTurns(state).filter((turn) => askedCall(turn) !== null).length;
}
