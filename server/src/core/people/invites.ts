import { ok, refuse, type Result } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import type { Invite } from '@parley/shared/invite';
import { can, LEVEL, type RoomRole } from '@parley/shared/roles';
import { placeOfFormer, type Place } from './former.ts';
import { statedGrants } from './grants.ts';
import type { InviteState } from './invite-state.ts';
import type { Principal } from './principal.ts';
import type { JournalRecord, RecordOf } from '../records.ts';
import { standingOfAbsent, type PresentRoom } from '../room-state.ts';

/** Invitations that may be open at once in a room. */
const MOST_OPEN = 200;

/** What somebody wants to invite with. */
export interface Offer {
  /** A hash of the secret. */
  readonly invite: string;
  readonly role: RoomRole;
  readonly expiresAt: number;
  readonly uses: number;
  readonly for: UserId | undefined;
}

/** Nobody invites above themselves. That they may invite at all was asked before. */
export function createInvite(
  room: PresentRoom,
  by: Principal,
  offer: Offer,
  now: number,
): Result<RecordOf<'invite.created'>> {
  if (!reaches(room, by.user, offer.role)) {
    return refuse('forbidden', 'You cannot give more than you have.', { capability: 'role.set' });
  }
  if (openInvites(room, now).length >= MOST_OPEN) {
    return refuse('too_large', `A room has at most ${MOST_OPEN} open invitations.`);
  }
  const { for: person, ...rest } = offer;
  return ok({
    type: 'invite.created',
    ...rest,
    ...(person === undefined ? {} : { for: person }),
    by: by.user,
    at: now,
  });
}

/**
 * Lets the holder of an invitation in. Whatever is wrong is one answer, so that nobody learns what an
 * invitation was. For a member nothing happens, and nothing is used up.
 */
export function acceptInvite(
  room: PresentRoom,
  by: Principal,
  invite: string,
  now: number,
): Result<readonly JournalRecord[]> {
  const found = room.invites.open.get(invite);
  if (found === undefined || !isValid(room, found, now)) return refuse('not_found');
  if (found.for !== undefined && found.for !== by.user) return refuse('not_found');
  if (room.members.has(by.user)) return ok([]);
  const place = found.usesLeft > 0 ? placeBy(room, found, by.user) : null;
  if (place === null) return refuse('not_found');
  return ok([{ type: 'invite.used', invite, user: by.user, at: now }, admission(by, place, found.by, now)]);
}

export function revokeInvite(
  room: PresentRoom,
  by: Principal,
  invite: string,
  now: number,
): Result<RecordOf<'invite.revoked'>> {
  if (!room.invites.open.has(invite)) return refuse('not_found', 'There is no such invitation.');
  return ok({ type: 'invite.revoked', invite, by: by.user, at: now });
}

/** Those that would still let somebody in. */
export function openInvites(room: PresentRoom, now: number): Invite[] {
  return [...room.invites.open]
    .filter(([, invite]) => invite.usesLeft > 0 && isValid(room, invite, now))
    .map(([id, { number: _, ...invite }]) => ({ id, ...invite }));
}

/** It is worth what its maker's standing is worth now: who lost the right to invite, or the level, invited nobody. */
function isValid(room: PresentRoom, { expiresAt, by, role }: InviteState, now: number): boolean {
  const maker = standingOfAbsent(room, by);
  return expiresAt > now && can(maker, 'member.invite', room.policy.levels) && reaches(room, by, role);
}

function reaches(room: PresentRoom, user: UserId, role: RoomRole): boolean {
  const own = room.members.get(user);
  return own !== undefined && LEVEL[own.role] >= LEVEL[role];
}

/** The maker's own limits go with the invitation; one that is older than a departure opens no more than was left. */
function placeBy(room: PresentRoom, { role, by, number }: InviteState, user: UserId): Place | null {
  const maker = room.members.get(by);
  if (maker === undefined) return null;
  const former = room.former.get(user);
  const offered = { role, grants: maker.grants };
  return former === undefined || number > former.invites ? offered : placeOfFormer(former, offered);
}

function admission(who: Principal, { role, grants }: Place, by: string, at: number): RecordOf<'member.set'> {
  const { user, name, role: tenantRole } = who;
  return { type: 'member.set', user, name, role, tenantRole, ...statedGrants(grants), by, at };
}
