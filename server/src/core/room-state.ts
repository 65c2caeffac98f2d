import type { LaneKey, UserId } from '@parley/shared/ids';
import type { RoomPolicy } from '@parley/shared/policy';
import type { RoomRole, Standing, TenantRole } from '@parley/shared/roles';
import { evolve as evolveLane } from './evolve.ts';
import { openLane, type LaneState } from './lane.ts';
import type { Principal } from './principal.ts';
import type { JournalRecord, RecordOf } from './records.ts';

export interface MemberState {
  /** Empty until the person was first seen. */
  readonly name: string;
  readonly role: RoomRole;
  readonly tenantRole: TenantRole;
}

export interface OpenedLane {
  readonly salt: string;
  readonly state: LaneState;
}

/** A room as decisions need it: a fold over its records, so that opening one after a crash is recovery. */
export type RoomState = AbsentRoom | PresentRoom | DeletedRoom;
export interface AbsentRoom {
  readonly kind: 'absent';
}
export interface PresentRoom {
  readonly kind: 'present';
  readonly title: string;
  readonly policy: RoomPolicy;
  readonly salt: string;
  readonly createdAt: number;
  readonly members: ReadonlyMap<UserId, MemberState>;
  /** Whom somebody else removed: they come back when they are put back, not by themselves. */
  readonly removed: ReadonlySet<UserId>;
  readonly lanes: ReadonlyMap<LaneKey, OpenedLane>;
}
/** Its id is not given out again. */
export interface DeletedRoom {
  readonly kind: 'deleted';
}

export const ABSENT: RoomState = { kind: 'absent' };

/** The state after one more record; records that do not fit the state change nothing. */
export function evolveRoom(room: RoomState, record: JournalRecord): RoomState {
  if (record.type === 'room.created') return room.kind === 'absent' ? created(record) : room;
  if (room.kind !== 'present') return room;
  switch (record.type) {
    case 'room.changed':
      return { ...room, title: record.title, policy: record.policy };
    case 'room.deleted':
      return { kind: 'deleted' };
    case 'member.set':
      return {
        ...room,
        members: withMember(room.members, record.user, record),
        removed: withoutUser(room.removed, record.user),
      };
    case 'member.removed':
      return { ...room, members: withoutMember(room.members, record.user), removed: withRemoved(room.removed, record) };
    case 'lane.opened':
      return { ...room, lanes: withLane(room.lanes, record.lane, { salt: record.salt, state: openLane(record.lane) }) };
    case 'workspace.client':
      return room;
    case 'invite.created':
    case 'invite.used':
    case 'invite.revoked':
    case 'tool.admitted':
    case 'tool.dropped':
    case 'trust.set':
    case 'trust.dropped':
      return room;
    default:
      return evolveOneLane(room, record.lane, record);
  }
}

function created(record: Extract<JournalRecord, { type: 'room.created' }>): PresentRoom {
  return {
    kind: 'present',
    title: record.title,
    policy: record.policy,
    salt: record.salt,
    createdAt: record.at,
    members: new Map(),
    removed: new Set(),
    lanes: new Map(),
  };
}

function evolveOneLane(room: PresentRoom, lane: LaneKey, record: JournalRecord): PresentRoom {
  const opened = room.lanes.get(lane);
  if (opened === undefined) return room;
  const state = evolveLane(opened.state, record);
  return state === opened.state ? room : { ...room, lanes: withLane(room.lanes, lane, { ...opened, state }) };
}

function withMember(members: PresentRoom['members'], user: UserId, member: MemberState): PresentRoom['members'] {
  const next = new Map(members);
  return next.set(user, { name: member.name, role: member.role, tenantRole: member.tenantRole });
}

function withoutMember(members: PresentRoom['members'], user: UserId): PresentRoom['members'] {
  const next = new Map(members);
  next.delete(user);
  return next;
}

function withoutUser(removed: PresentRoom['removed'], user: UserId): PresentRoom['removed'] {
  return removed.has(user) ? new Set([...removed].filter((other) => other !== user)) : removed;
}

/** Whoever left may come back by themselves. */
function withRemoved(
  removed: PresentRoom['removed'],
  { user, by }: RecordOf<'member.removed'>,
): PresentRoom['removed'] {
  return by === user ? removed : new Set([...removed, user]);
}

function withLane(lanes: PresentRoom['lanes'], key: LaneKey, lane: OpenedLane): PresentRoom['lanes'] {
  const next = new Map(lanes);
  return next.set(key, lane);
}

/** Where a verified person stands here: the token says what they are in the tenant, the room says the rest. */
export function standingOf(room: PresentRoom, principal: Pick<Principal, 'user' | 'role'>): Standing {
  return { tenantRole: principal.role, role: room.members.get(principal.user)?.role ?? null };
}

/** The same for somebody who is not connected, with the tenant role that was last seen. */
export function standingOfAbsent(room: PresentRoom, user: UserId): Standing {
  const member = room.members.get(user);
  return { tenantRole: member?.tenantRole ?? 'guest', role: member?.role ?? null };
}

/** Whether any lane holds work that a restart must take up again. */
export function isBusy(room: PresentRoom): boolean {
  for (const { state } of room.lanes.values()) {
    if (state.kind !== 'idle' || state.tickets.length > 0 || state.parked.length > 0) return true;
  }
  return false;
}
