import type { PromptSubmit } from '@parley/shared/commands';
import { refuse, type Result } from '@parley/shared/fault';
import type { z } from 'zod';
import type { Principal } from '../core/people/principal.ts';
import type { Desk } from './desk.ts';
import { mayReadLane } from './lane-access.ts';

/**
 * R6: a clean turn names what is sent with its prompt, and only what its speaker may read can be named. What the
 * audience may not read is left out when the turn starts, as it would be of the whole conversation.
 */
export async function unquotable(
  desk: Desk,
  by: Principal,
  { quotes = [], audience }: z.infer<typeof PromptSubmit>,
): Promise<Result<never> | null> {
  if (quotes.length === 0) return null;
  await desk.shelves.freshen();
  const { ledger, room } = desk.chronicle;
  for (const id of quotes) {
    const found = ledger.entry(id);
    const readable =
      found !== undefined &&
      mayReadLane(room, by, found.lane) &&
      desk.shelves.access.mayRead(by.user, found.item.entry.resources ?? []);
    if (!readable) return refuse('not_found', 'There is no such entry to quote.');
    if (audience === 'room' && found.lane !== 'room')
      return refuse('bad_request', 'quotes: what only you can read cannot be quoted to the room.');
  }
  return null;
}
