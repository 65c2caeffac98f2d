import type { EntryId, LaneKey, UserId } from '@parley/shared/ids';
import { UNTITLED, type RoomPolicy } from '@parley/shared/policy';
import type { Standing, TenantRole } from '@parley/shared/roles';
import { evolve as evolveLane } from './arbiter/evolve.ts';
import type { Former, Place } from './people/former.ts';
import { NO_LIMITS } from './people/grants.ts';
import { evolveInvites, NO_INVITES, type Invites } from './people/invite-state.ts';
import { isAtWork, openLane, type LaneState } from './arbiter/lane.ts';
import type { Principal } from './people/principal.ts';
import type { JournalRecord, RecordOf } from './records.ts';
import { evolveTools, evolveTrust, withoutTrust, type AdmittedTools, type TrustOf } from './tools/tool-state.ts';

export interface MemberState extends Place {
  /** Empty until the person was first seen. */
  readonly name: string;
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
  /** As people gave it. */
  readonly title: string;
  /** One that was made from these entries, while nobody gave it another (G9). */
  readonly proposed: { readonly title: string; readonly sources: readonly EntryId[] } | null;
  readonly policy: RoomPolicy;
  readonly salt: string;
  readonly createdAt: number;
  readonly members: ReadonlyMap<UserId, MemberState>;
  /** Who was a member and is not. */
  readonly former: ReadonlyMap<UserId, Former>;
  readonly invites: Invites;
  readonly tools: AdmittedTools;
  readonly trust: TrustOf;
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
      return { ...room, title: record.title, policy: record.policy, proposed: isNamed(record) ? null : room.proposed };
    case 'room.titled':
      return isNamed(room) ? room : { ...room, proposed: { title: record.title, sources: record.sources } };
    case 'room.deleted':
      return { kind: 'deleted' };
    case 'member.set':
      return {
        ...room,
        members: withMember(room.members, record),
        former: without(room.former, record.user),
      };
    case 'member.removed':
      return {
        ...room,
        members: without(room.members, record.user),
        former: withFormer(room, record),
        trust: withoutTrust(room.trust, record.user),
      };
    case 'lane.opened':
      return { ...room, lanes: withLane(room.lanes, record.lane, { salt: record.salt, state: openLane(record.lane) }) };
    case 'workspace.client':
      return room;
    case 'invite.created':
    case 'invite.used':
    case 'invite.revoked':
      return { ...room, invites: evolveInvites(room.invites, record) };
    case 'tool.admitted':
    case 'tool.dropped':
      return { ...room, tools: evolveTools(room.tools, record) };
    case 'trust.set':
    case 'trust.dropped':
      return { ...room, trust: evolveTrust(room.trust, record) };
    case 'background.settled':
      return room;
    case 'entry.redacted':
      return evolveOneLane(withoutTitleOf(room, record.entry), record.lane, record);
    default:
      return evolveOneLane(room, record.lane, record);
  }
}

function created(record: Extract<JournalRecord, { type: 'room.created' }>): PresentRoom {
  return {
    kind: 'present',
    title: record.title,
    proposed: null,
    policy: record.policy,
    salt: record.salt,
    createdAt: record.at,
    members: new Map(),
    former: new Map(),
    invites: NO_INVITES,
    tools: new Map(),
    trust: new Map(),
    lanes: new Map(),
  };
}

/** Whether people gave it its title. */
export function isNamed({ title }: Pick<PresentRoom, 'title'>): boolean {
  return title !== UNTITLED;
}

/** What members are shown. */
export function titleOf({ title, proposed }: Pick<PresentRoom, 'title' | 'proposed'>): string {
  return proposed?.title ?? title;
}

/** R14: a title goes with any of the words that it was made from. */
function withoutTitleOf(room: PresentRoom, entry: EntryId): PresentRoom {
  return room.proposed?.sources.includes(entry) === true ? { ...room, proposed: null } : room;
}

function evolveOneLane(room: PresentRoom, lane: LaneKey, record: JournalRecord): PresentRoom {
  const opened = room.lanes.get(lane);
  if (opened === undefined) return room;
  const state = evolveLane(opened.state, record);
  return state === opened.state ? room : { ...room, lanes: withLane(room.lanes, lane, { ...opened, state }) };
}

function withMember(members: PresentRoom['members'], record: RecordOf<'member.set'>): PresentRoom['members'] {
  const { user, name, role, tenantRole, grants = NO_LIMITS } = record;
  return new Map(members).set(user, { name, role, tenantRole, grants });
}

function without<T>(people: ReadonlyMap<UserId, T>, user: UserId): ReadonlyMap<UserId, T> {
  if (!people.has(user)) return people;
  const next = new Map(people);
  next.delete(user);
  return next;
}

/** Whoever left may come back by themselves, as no more than they were. */
function withFormer(room: PresentRoom, { user, by }: RecordOf<'member.removed'>): PresentRoom['former'] {
  const member = room.members.get(user);
  const left = by === user && member !== undefined ? { role: member.role, grants: member.grants } : null;
  return new Map(room.former).set(user, { left, invites: room.invites.made });
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
    if (isAtWork(state)) return true;
  }
  return false;
}
