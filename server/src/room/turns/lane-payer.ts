import { laneOwner, type LaneKey } from '@parley/shared/ids';
import type { RoomRef } from '../../core/tenant.ts';
import type { Claim } from '../budgets.ts';
import type { Chronicle } from '../chronicle.ts';

/** Who pays for what a lane does by itself: its room, or the owner of a private one (C13, C17). */
export function payerOfLane({
  chronicle,
  lane,
  ref,
}: {
  readonly chronicle: Chronicle;
  readonly lane: LaneKey;
  readonly ref: RoomRef;
}): Pick<Claim, 'tenant' | 'payer' | 'granted'> {
  const { room, tenant } = ref;
  const user = laneOwner(lane);
  if (user === null) return { tenant, payer: { room, user }, granted: null };
  const granted = chronicle.room.members.get(user)?.grants.budget ?? null;
  return { tenant, payer: { room, user, shared: false }, granted };
}
