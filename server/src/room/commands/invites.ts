import type { Replies } from '@parley/shared/answers';
import type { InviteAccept, InviteCreate, InviteRevoke } from '@parley/shared/commands';
import { ok, type Result } from '@parley/shared/fault';
import type { z } from 'zod';
import { acceptInvite, createInvite, openInvites, revokeInvite } from '../../core/people/invites.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Desk } from '../desk.ts';
import { describe } from './rooms.ts';

const SECRET_BYTES = 24;

/** The code is said this once; the room keeps a hash of its secret. */
export function makeInvite(
  desk: Desk,
  by: Principal,
  command: z.infer<typeof InviteCreate>,
): Result<Replies['invite.create']> {
  const { role, expiresIn, uses, for: person } = command;
  const secret = desk.ids.secret(SECRET_BYTES);
  const now = desk.clock.now();
  const offer = { invite: idOf(desk, secret), role, expiresAt: now + expiresIn * 1_000, uses, for: person };
  const decided = createInvite(desk.chronicle.room, by, offer, now);
  if (!decided.ok) return decided;
  desk.chronicle.write([decided.value]);
  const bound = person === undefined ? {} : { for: person };
  return ok({
    id: offer.invite,
    role,
    expiresAt: offer.expiresAt,
    usesLeft: uses,
    ...bound,
    by: by.user,
    code: `${desk.ref.room}.${secret}`,
  });
}

export function listInvites(desk: Desk): Result<Replies['invite.list']> {
  return ok({ items: openInvites(desk.chronicle.room, desk.clock.now()) });
}

export function dropInvite(
  desk: Desk,
  by: Principal,
  { invite }: z.infer<typeof InviteRevoke>,
): Result<Record<string, never>> {
  const decided = revokeInvite(desk.chronicle.room, by, invite, desk.clock.now());
  if (!decided.ok) return decided;
  desk.chronicle.write([decided.value]);
  return ok({});
}

export async function useInvite(
  desk: Desk,
  by: Principal,
  { secret }: z.infer<typeof InviteAccept>,
): Promise<Result<Replies['invite.accept']>> {
  const decided = acceptInvite(desk.chronicle.room, by, idOf(desk, secret), desk.clock.now());
  if (!decided.ok) return decided;
  if (decided.value.length > 0) {
    desk.chronicle.write(decided.value);
    await desk.rightsChanged([by.user], by.user);
  }
  return ok(describe(desk, by));
}

function idOf(desk: Desk, secret: string): string {
  return desk.digest(`invite\n${secret}`);
}
