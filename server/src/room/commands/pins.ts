import type { Replies } from '@parley/shared/answers';
import { ok, refuse, type Result } from '@parley/shared/fault';
import { privateLane } from '@parley/shared/ids';
import type { EntryPin, EntryUnpin, PinList } from '@parley/shared/pin-commands';
import type { PinView } from '@parley/shared/pin';
import type { z } from 'zod';
import { rowText } from '../../core/compaction/pinned-row.ts';
import { isSent } from '../../core/context/sealed-order.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Desk } from '../desk.ts';
import type { Pin } from '../pins.ts';
import { entryFor } from '../readable.ts';
import { tooOften } from './prompts.ts';

/** Of one lane; more would be a second transcript. */
const MOST = 40;

/** C3: pins an entry, or changes as what. Only words of the lane's own document, which all who read it may read. */
export async function pinEntry(
  desk: Desk,
  by: Principal,
  { entry: id, as }: z.infer<typeof EntryPin>,
): Promise<Result<Replies['entry.pin']>> {
  const found = await entryFor(desk, by, id);
  if (!found) return refuse('not_found');
  const { lane, item } = found;
  if (item.entry.resources !== undefined || !isSent(item))
    return refuse('bad_request', 'Only words that everybody here and the AI may read can be pinned.');
  await desk.lane(lane);
  const { pins } = desk.chronicle;
  const known = pins.now(lane).find(({ entry }) => entry === id);
  if (known?.as !== as) {
    if (known === undefined && pins.now(lane).length >= MOST)
      return refuse('too_large', `At most ${MOST} entries are pinned.`);
    const refusal = tooOften(desk, `pin ${by.user}`, desk.chronicle.room.policy.limits.promptsPerMinute);
    if (refusal) return refusal;
    const tokens = desk.tokenizer.count(rowText(item.entry.text));
    desk.chronicle.write([{ type: 'entry.pinned', lane, entry: id, as, tokens, by: by.user, at: desk.clock.now() }]);
  }
  return ok({});
}

/** Unpinning what is not pinned is the same answer. */
export async function unpinEntry(
  desk: Desk,
  by: Principal,
  { entry: id }: z.infer<typeof EntryUnpin>,
): Promise<Result<Replies['entry.unpin']>> {
  const found = await entryFor(desk, by, id);
  if (!found) return refuse('not_found');
  const { lane } = found;
  await desk.lane(lane);
  const { pins } = desk.chronicle;
  if (pins.now(lane).some(({ entry }) => entry === id))
    desk.chronicle.write([{ type: 'entry.unpinned', lane, entry: id, by: by.user, at: desk.clock.now() }]);
  return ok({});
}

export function listPins(desk: Desk, by: Principal, { lane }: z.infer<typeof PinList>): Result<Replies['pin.list']> {
  const own = lane === 'room' ? 'room' : privateLane(by.user);
  return ok({ items: viewsOf(desk, desk.chronicle.pins.now(own)) });
}

function viewsOf(desk: Desk, pins: readonly Pin[]): PinView[] {
  return pins.flatMap(({ entry: id, as, by, at }) => {
    const entry = desk.chronicle.ledger.entry(id)?.item.entry;
    if (entry === undefined) return [];
    return [{ entry: id, as, by, at, seq: entry.seq, author: entry.author, text: rowText(entry.text) }];
  });
}
