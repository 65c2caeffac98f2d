import type { Replies } from '@parley/shared/answers';
import type { TrustDrop, TrustSet } from '@parley/shared/commands';
import { ok, refuse, type Result } from '@parley/shared/fault';
import type { z } from 'zod';
import type { Principal } from '../../core/people/principal.ts';
import type { Desk } from '../desk.ts';

/** A person keeps at most so many standing approvals in a room. */
const MOST = 200;

/** T40: by the one whose rights it lends, for themself and nobody else; it replaces what they said of this function. */
export function setTrust(desk: Desk, by: Principal, { trust }: z.infer<typeof TrustSet>): Result<Replies['trust.set']> {
  if (trust.people.length === 0) return refuse('bad_request', 'Name the people whose words may shape the call.');
  const others = trustOf(desk, by).filter(({ call }) => call !== trust.call);
  if (others.length >= MOST) return refuse('too_large', `At most ${MOST} standing approvals.`);
  desk.chronicle.write([{ type: 'trust.set', user: by.user, trust, at: desk.clock.now() }]);
  return ok(trust);
}

/** Dropping what is not there is the same answer. */
export function dropTrust(
  desk: Desk,
  by: Principal,
  { call }: z.infer<typeof TrustDrop>,
): Result<Replies['trust.drop']> {
  if (trustOf(desk, by).some((trust) => trust.call === call))
    desk.chronicle.write([{ type: 'trust.dropped', user: by.user, call, at: desk.clock.now() }]);
  return ok({});
}

/** The asker's own; nobody sees another's. */
export function listTrust(desk: Desk, by: Principal): Result<Replies['trust.list']> {
  return ok({ items: trustOf(desk, by).toSorted((a, b) => (a.call < b.call ? -1 : 1)) });
}

function trustOf(desk: Desk, { user }: Principal) {
  return desk.chronicle.room.trust.get(user) ?? [];
}
