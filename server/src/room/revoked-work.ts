import type { UserId } from '@parley/shared/ids';
import { startedTurns, type LaneState } from '../core/arbiter/lane.ts';
import type { Tenant } from '../core/tenant.ts';
import type { People } from '../ports/people.ts';

/**
 * Whose work in a lane is older than their revocation (R17): a crash, or nobody running the room, kept it from
 * ending then.
 */
export function revokedAuthors(
  state: LaneState,
  people: Pick<People, 'revokedAt'>,
  tenant: Tenant,
): ReadonlySet<UserId> {
  // The author of a ticket is a person: their id is a user's.
  const work = state.tickets.map(({ author, acceptedAt }) => ({ user: author.id as UserId, since: acceptedAt }));
  for (const { author, startedAt } of startedTurns(state)) work.push({ user: author.id as UserId, since: startedAt });
  const revoked = work.filter(({ user, since }) => since <= (people.revokedAt(tenant, user) ?? -1));
  return new Set(revoked.map(({ user }) => user));
}
