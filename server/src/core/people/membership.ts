import { ok, refuse, type Result } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import { can, LEVEL, type Capability, type Grants, type RoomRole } from '@parley/shared/roles';
import { placeOfFormer, type Place } from './former.ts';
import { NO_LIMITS, sameGrants, statedGrants, within } from './grants.ts';
import type { Principal } from './principal.ts';
import type { JournalRecord, RecordOf } from '../records.ts';
import { standingOf, type PresentRoom } from '../room-state.ts';

/**
 * Who may change whose place in a room. Grants attenuate: nobody gives more than they have, changes an
 * equal or a higher, or leaves the room without an owner.
 */
export interface MemberChange {
  readonly room: PresentRoom;
  readonly by: Principal;
  readonly user: UserId;
  readonly now: number;
}

/** Without grants, a member keeps theirs, and somebody new gets those of whoever adds them. */
export function setMember(change: MemberChange, role: RoomRole, grants?: Grants): Result<RecordOf<'member.set'>> {
  const { room, by, user, now } = change;
  const present = room.members.get(user);
  const place = { role, grants: grants ?? present?.grants ?? grantsOf(room, by.user) };
  const refusal = present === undefined ? mayAdd(change, place) : mayChange(change, present, place);
  if (refusal) return refusal;
  return ok({
    type: 'member.set',
    user,
    name: present?.name ?? '',
    role,
    tenantRole: present?.tenantRole ?? 'member',
    ...statedGrants(place.grants),
    by: by.user,
    at: now,
  });
}

export function removeMember(change: MemberChange): Result<RecordOf<'member.removed'>> {
  const { room, by, user, now } = change;
  const present = room.members.get(user);
  if (present === undefined) return refuse('not_found', 'That person is not a member.');
  const leaving = by.user === user;
  if (!leaving) {
    const refusal = needs(change, 'member.remove') ?? outranks(change, present.role);
    if (refusal) return refusal;
  }
  if (isLastOwner(room, user)) return refuse('last_owner', 'Make somebody else an owner first.');
  return ok({ type: 'member.removed', user, by: by.user, at: now });
}

/** `join: tenant`: a person of the tenant who comes in becomes a speaker. Guests, services and whoever was removed are invited. */
export function joinByTenant(room: PresentRoom, principal: Principal, now: number): RecordOf<'member.set'> | null {
  if (room.policy.join !== 'tenant' || room.members.has(principal.user)) return null;
  if (principal.role !== 'member' && principal.role !== 'admin') return null;
  const place = placeOfFormer(room.former.get(principal.user), { role: 'speaker', grants: NO_LIMITS });
  return place === null ? null : seenAs(principal, place, 'system', now);
}

/** What the token says of a member differs from what the room last saw: their name or tenant role. */
export function refreshMember(room: PresentRoom, principal: Principal, now: number): RecordOf<'member.set'> | null {
  const member = room.members.get(principal.user);
  if (member === undefined) return null;
  if (member.name === principal.name && member.tenantRole === principal.role) return null;
  return seenAs(principal, member, 'system', now);
}

/** The records that make a room, with its creator as owner. */
export function foundRoom(
  details: { title: string; policy: PresentRoom['policy']; salt: string; laneSalt: string; now: number },
  creator: Principal | null,
): JournalRecord[] {
  const { title, policy, salt, laneSalt, now } = details;
  const by = creator?.user ?? 'system';
  return [
    { type: 'room.created', title, policy, by, at: now, salt },
    { type: 'lane.opened', lane: 'room', salt: laneSalt, at: now },
    ...(creator ? [seenAs(creator, { role: 'owner', grants: NO_LIMITS }, by, now)] : []),
  ];
}

function seenAs(principal: Principal, { role, grants }: Place, by: string, at: number): RecordOf<'member.set'> {
  const { user, name, role: tenantRole } = principal;
  return { type: 'member.set', user, name, role, tenantRole, ...statedGrants(grants), by, at };
}

function mayAdd(change: MemberChange, to: Place): Result<never> | null {
  return needs(change, 'member.invite') ?? givesAtMostOwn(change, to);
}

function mayChange(change: MemberChange, from: Place, to: Place): Result<never> | null {
  const sameLimits = sameGrants(from.grants, to.grants);
  if (change.by.user === change.user) return mayStepDown(change, from.role, to.role) ?? keeps(sameLimits);
  // Sent again: nothing changes, so whoever may add people is answered as the first time.
  if (from.role === to.role && sameLimits && mayAdd(change, to) === null) return null;
  return needs(change, 'role.set') ?? outranks(change, from.role) ?? givesAtMostOwn(change, to, sameLimits);
}

function mayStepDown({ room, user }: MemberChange, from: RoomRole, to: RoomRole): Result<never> | null {
  if (isLastOwner(room, user) && to !== 'owner') return refuse('last_owner', 'Make somebody else an owner first.');
  return LEVEL[to] <= LEVEL[from]
    ? null
    : refuse('forbidden', 'You cannot raise yourself.', { capability: 'role.set' });
}

function keeps(sameLimits: boolean): Result<never> | null {
  return sameLimits ? null : refuse('forbidden', 'Your own grants are set by others.', { capability: 'role.set' });
}

function needs({ room, by }: MemberChange, capability: Capability): Result<never> | null {
  return can(standingOf(room, by), capability, room.policy.levels)
    ? null
    : refuse('forbidden', undefined, { capability });
}

function outranks({ room, by }: MemberChange, other: RoomRole): Result<never> | null {
  return levelOf(room, by.user) > LEVEL[other]
    ? null
    : refuse('forbidden', 'You cannot change an equal or a higher.', { capability: 'role.set' });
}

/** What somebody had before is not given by whoever leaves it as it is. */
function givesAtMostOwn({ room, by }: MemberChange, to: Place, keepsGrants = false): Result<never> | null {
  const enough =
    levelOf(room, by.user) >= LEVEL[to.role] && (keepsGrants || within(grantsOf(room, by.user), to.grants));
  return enough ? null : refuse('forbidden', 'You cannot give more than you have.', { capability: 'role.set' });
}

function grantsOf(room: PresentRoom, user: UserId): Grants {
  return room.members.get(user)?.grants ?? NO_LIMITS;
}

function levelOf(room: PresentRoom, user: UserId): number {
  const role = room.members.get(user)?.role;
  return role === undefined ? -1 : LEVEL[role];
}

function isLastOwner(room: PresentRoom, user: UserId): boolean {
  if (room.members.get(user)?.role !== 'owner') return false;
  for (const [other, member] of room.members) if (other !== user && member.role === 'owner') return false;
  return true;
}
