import type { Replies } from '@parley/shared/answers';
import type { RightsExplain } from '@parley/shared/commands';
import { explainRights } from '@parley/shared/explain';
import { ok, type Result } from '@parley/shared/fault';
import type { z } from 'zod';
import type { Principal } from '../../core/people/principal.ts';
import { standingOf, standingOfAbsent } from '../../core/room-state.ts';
import type { Desk } from '../desk.ts';

/** Who is a member, as what, and what that takes here is no secret among members. */
export function explain(
  desk: Desk,
  by: Principal,
  { user }: z.infer<typeof RightsExplain>,
): Result<Replies['rights.explain']> {
  const { room } = desk.chronicle;
  const standing = user === by.user ? standingOf(room, by) : standingOfAbsent(room, user);
  return ok({ user, role: standing.role, capabilities: explainRights(standing, room.policy.levels) });
}
