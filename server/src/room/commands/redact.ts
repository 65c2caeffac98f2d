import { must } from '@parley/shared/assert';
import type { Replies } from '@parley/shared/answers';
import type { EntryRedact } from '@parley/shared/commands';
import type { Entry } from '@parley/shared/entry';
import { ok, refuse, type Result } from '@parley/shared/fault';
import type { EntryId, LaneKey, UserId } from '@parley/shared/ids';
import { can, type Capability } from '@parley/shared/roles';
import type { z } from 'zod';
import type { Principal } from '../../core/people/principal.ts';
import type { JournalRecord } from '../../core/records.ts';
import { isOwnToRedact, redactionOf } from '../../core/labels/redaction.ts';
import { standingOf } from '../../core/room-state.ts';
import type { Desk } from '../desk.ts';
import { entryFor } from '../readable.ts';

const CAPABILITY: Capability = 'entry.redact.any';

/** R14: the words are gone when this is answered. What the room got of them by a release goes with them. */
export async function redactEntry(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof EntryRedact>,
): Promise<Result<Replies['entry.redact']>> {
  const found = await entryFor(desk, by, command.entry);
  if (!found) return refuse('not_found');
  const { room } = desk.chronicle;
  const may =
    isOwnToRedact(found.item.entry, found.lane, by.user) || can(standingOf(room, by), CAPABILITY, room.policy.levels);
  if (!may) return refuse('forbidden', undefined, { capability: CAPABILITY });
  if (found.item.entry.redactedBy === undefined) await takeAway(desk, by.user, command.entry);
  return ok({ entry: entryOf(desk, command.entry).entry });
}

async function takeAway(desk: Desk, by: UserId, id: EntryId): Promise<void> {
  const copy = desk.chronicle.ledger.releaseOf(id);
  const ids = copy === undefined ? [id] : [id, copy];
  const all = ids.map((one) => entryOf(desk, one)).filter(({ entry }) => entry.redactedBy === undefined);
  for (const { lane, entry } of all) await stopTurnOf(desk, lane, entry, by);
  const at = desk.clock.now();
  const records = all.map(({ lane, entry }): JournalRecord => ({
    type: 'entry.redacted',
    lane,
    entry: entry.id,
    by,
    at,
  }));
  await desk.eraser.erase(records, redactionOf(all, by));
}

/** A turn whose prompt is taken away is not answered any further. */
async function stopTurnOf(desk: Desk, lane: LaneKey, entry: Entry, by: UserId): Promise<void> {
  const runner = await desk.lane(lane);
  if (entry.kind !== 'prompt' || entry.turn === undefined) return;
  if (desk.chronicle.ledger.ticket(entry.turn)?.fate.kind !== 'running') return;
  runner.apply({ type: 'stop', turn: entry.turn, by, mayStopAny: true });
}

function entryOf(desk: Desk, id: EntryId): { readonly lane: LaneKey; readonly entry: Entry } {
  const { lane, item } = must(desk.chronicle.ledger.entry(id), 'an entry that was read is known');
  return { lane, entry: item.entry };
}
