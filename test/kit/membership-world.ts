import { evolveRoom, ABSENT, type PresentRoom, type RoomState } from '@parley/server/core/room-state';
import { foundRoom, joinByTenant, removeMember, setMember } from '@parley/server/core/people/membership';
import { acceptInvite, createInvite, revokeInvite } from '@parley/server/core/people/invites';
import { refusePolicy } from '@parley/server/core/people/policy-change';
import type { Principal } from '@parley/server/core/people/principal';
import type { JournalRecord } from '@parley/server/core/records';
import { ok, type Result } from '@parley/shared/fault';
import { UserId } from '@parley/shared/ids';
import { RoomPolicy, type RoomPolicyPatch } from '@parley/shared/policy';
import type { Grants, RoomRole, TenantRole } from '@parley/shared/roles';
import { REF } from './room-ref.ts';

/** The places in a room as a fold over what people managed to do, with nothing of a room around it. */
export class MembershipWorld {
  now = 1_000;
  #room: RoomState = ABSENT;

  constructor(policy: RoomPolicyPatch = {}) {
    const details = { title: 'Room', policy: RoomPolicy.parse(policy), salt: 's', laneSalt: 'l', now: this.now };
    this.#take(foundRoom(details, principal('ana')));
  }

  get room(): PresentRoom {
    if (this.#room.kind !== 'present') throw new Error('the room is there');
    return this.#room;
  }

  roleOf(user: string): RoomRole | undefined {
    return this.room.members.get(UserId.parse(user))?.role;
  }

  grantsOf(user: string): Grants | undefined {
    return this.room.members.get(UserId.parse(user))?.grants;
  }

  set(by: string, user: string, role: RoomRole, grants?: Grants): Result<unknown> {
    return this.#decided(setMember(this.#change(by, user), role, grants));
  }

  remove(by: string, user: string): Result<unknown> {
    return this.#decided(removeMember(this.#change(by, user)));
  }

  invite(by: string, offer: Partial<Parameters<typeof createInvite>[2]> = {}): Result<unknown> {
    const whole = { invite: 'i1', role: 'speaker' as const, expiresAt: this.now + 60_000, uses: 1, for: undefined };
    return this.#decided(createInvite(this.room, principal(by), { ...whole, ...offer }, this.now));
  }

  accept(by: string, invite = 'i1', role: TenantRole = 'member'): Result<unknown> {
    const decided = acceptInvite(this.room, principal(by, role), invite, this.now);
    if (decided.ok) this.#take(decided.value);
    return decided;
  }

  revoke(by: string, invite = 'i1'): Result<unknown> {
    return this.#decided(revokeInvite(this.room, principal(by), invite, this.now));
  }

  /** What somebody of the tenant becomes by looking in. */
  look(user: string, role: TenantRole = 'member'): void {
    const record = joinByTenant(this.room, principal(user, role), this.now);
    if (record) this.#take([record]);
  }

  setPolicy(by: string, change: Partial<RoomPolicy>): Result<unknown> {
    const policy = { ...this.room.policy, ...change };
    const refusal = refusePolicy(this.room, principal(by), policy);
    if (refusal) return refusal;
    this.#take([{ type: 'room.changed', title: 'Room', policy, by, at: this.now }]);
    return ok(null);
  }

  #change(by: string, user: string) {
    return { room: this.room, by: principal(by), user: UserId.parse(user), now: this.now };
  }

  #decided(decided: Result<JournalRecord>): Result<unknown> {
    if (decided.ok) this.#take([decided.value]);
    return decided;
  }

  #take(records: readonly JournalRecord[]): void {
    for (const record of records) this.#room = evolveRoom(this.#room, record);
  }
}

function principal(user: string, role: TenantRole = 'member'): Principal {
  return { tenant: REF.tenant, user: UserId.parse(user), name: user, role, groups: [], issuedAt: 0 };
}
