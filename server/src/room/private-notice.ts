import { privateLane, type EntryId, type UserId } from '@parley/shared/ids';
import type { Desk } from './desk.ts';
import { SYSTEM } from './turns/notices.ts';

/**
 * Tells one person something in their own lane; whoever is no member any more hears nothing. A crash in between loses
 * it: what must not be lost belongs in the batch that decides it (see turns/notices.ts).
 */
export async function tellPrivately(desk: Desk, user: UserId, text: string): Promise<void> {
  if (desk.chronicle.state.kind !== 'present' || !desk.chronicle.room.members.has(user)) return;
  const lane = privateLane(user);
  const { state } = await desk.lane(lane);
  const at = desk.clock.now();
  const place = { id: desk.ids.next('e') as EntryId, seq: state.lastEntrySeq + 1 };
  const entry = { ...place, kind: 'notice', author: SYSTEM, text, at } as const;
  desk.chronicle.write([{ type: 'entry.added', lane, entry, tokens: desk.tokenizer.count(text), at }]);
}
