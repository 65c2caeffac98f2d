import type { Desk } from '../desk.ts';
import { fitting } from '../commands/reading.ts';
import { listMembers } from '../commands/members.ts';
import { titleOf } from '../../core/room-state.ts';

const MOST_ENTRIES = 500;

/** A piece of an export as JSON lines; `next` is where the following one begins, null at the end. */
export interface ExportSlice {
  readonly text: string;
  readonly next: number | null;
}

/**
 * What everybody in the room may read of it (G9): the room lane's own entries after `cursor`, none from a shelf or a
 * private lane. The first piece begins with a line about the room and who is in it.
 */
export function exportSlice(desk: Desk, cursor: number): ExportSlice {
  const { ledger, room } = desk.chronicle;
  const all = ledger.entries('room');
  const wanted = all.slice(cursor, cursor + MOST_ENTRIES).map(({ entry }) => [entry]);
  const entries = fitting(wanted, 1).flat();
  const end = cursor + entries.length;
  const about = { version: 1, room: { id: desk.ref.room, title: titleOf(room), createdAt: room.createdAt } };
  const head = cursor === 0 ? [{ ...about, members: listMembers(desk).items, exportedAt: desk.clock.now() }] : [];
  const text = [...head, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('');
  return { text, next: end < all.length ? end : null };
}
