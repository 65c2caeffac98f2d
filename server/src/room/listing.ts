import type { JournalRecord } from '../core/records.ts';
import type { PresentRoom } from '../core/room-state.ts';
import type { Batch } from '../ports/journal.ts';

/** How a room shows in its members' lists. */
export function listingOf(room: PresentRoom): NonNullable<Batch['listing']> {
  const members = [...room.members].map(([user, { role }]) => ({ user, role }));
  return { title: room.title, createdAt: room.createdAt, members };
}

/** Whether a record changes what lists show. */
export function touchesListing({ type }: JournalRecord): boolean {
  return type.startsWith('room.') || type.startsWith('member.');
}
