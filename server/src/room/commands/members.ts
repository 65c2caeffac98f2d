import type { Replies } from '@parley/shared/answers';
import type { MemberRemove, MemberSet } from '@parley/shared/commands';
import type { Member } from '@parley/shared/entry';
import { ok, type Result } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import { must } from '@parley/shared/assert';
import type { z } from 'zod';
import { statedGrants } from '../../core/people/grants.ts';
import { removeMember, setMember } from '../../core/people/membership.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Desk } from '../desk.ts';

export function listMembers(desk: Desk): Replies['member.list'] {
  return { items: [...desk.chronicle.room.members.keys()].map((user) => memberOf(desk, user)), next: null };
}

/** Takes effect at once: on sockets, documents, tickets and running turns (T36). */
export async function putMember(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof MemberSet>,
): Promise<Result<Member>> {
  const change = { room: desk.chronicle.room, by, user: command.user, now: desk.clock.now() };
  const decided = setMember(change, command.role, command.grants);
  if (!decided.ok) return decided;
  desk.chronicle.write([decided.value]);
  await desk.rightsChanged([command.user], by.user);
  return ok(memberOf(desk, command.user));
}

export async function dropMember(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof MemberRemove>,
): Promise<Result<Record<string, never>>> {
  const decided = removeMember({ room: desk.chronicle.room, by, user: command.user, now: desk.clock.now() });
  if (!decided.ok) return decided;
  desk.chronicle.write([decided.value]);
  await desk.rightsChanged([command.user], by.user);
  return ok({});
}

function memberOf(desk: Desk, user: UserId): Member {
  const { name, role, grants } = must(desk.chronicle.room.members.get(user), 'a listed member is one');
  return { user, name: name === '' ? user : name, role, ...statedGrants(grants) };
}
