import type { Replies } from '@parley/shared/answers';
import { ok, type Result } from '@parley/shared/fault';
import { privateLane } from '@parley/shared/ids';
import type { DigestRead } from '@parley/shared/pin-commands';
import type { z } from 'zod';
import { citations } from '../../core/compaction/citations.ts';
import { inForce } from '../../core/compaction/lane-digests.ts';
import { isSent } from '../../core/context/sealed-order.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Desk } from '../desk.ts';

/** What the model is sent in the place of a lane's older entries; null: all of them are sent themselves, or cut. */
export function readDigest(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof DigestRead>,
): Result<Replies['digest.read']> {
  const lane = command.lane === 'room' ? 'room' : privateLane(by.user);
  const { digests, ledger } = desk.chronicle;
  const generation = inForce(digests.of(lane), Number.POSITIVE_INFINITY);
  if (generation === null) return ok({ digest: null });
  const { number, from, to, text, kept, at } = generation;
  const items = ledger.entries(lane);
  const cites = citations(text).flatMap((cite) => {
    const item = items[Number(cite.replace('me.', '')) - 1];
    if (item === undefined || item.entry.seq > to || !isSent(item)) return [];
    return [{ cite, entry: item.entry.id, author: item.entry.author }];
  });
  return ok({ digest: { generation: number, from, to, text, at, kept: [...kept], cites } });
}
