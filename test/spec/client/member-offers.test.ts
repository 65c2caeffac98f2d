import { offerFor, rolesToAdd, type Asker } from '@parley/client/ui/member-offers';
import { NO_INVITES } from '@parley/server/core/people/invite-state';
import { removeMember, setMember, type MemberChange } from '@parley/server/core/people/membership';
import type { Principal } from '@parley/server/core/people/principal';
import type { PresentRoom } from '@parley/server/core/room-state';
import { mintTenant } from '@parley/server/core/tenant';
import { must } from '@parley/shared/assert';
import { UserId } from '@parley/shared/ids';
import { DEFAULT_POLICY } from '@parley/shared/policy';
import { capabilitiesOf, RoomRole, type Levels } from '@parley/shared/roles';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const [ana, ben, eve] = ['ana', 'ben', 'eve'].map((id) => UserId.parse(id)) as [UserId, UserId, UserId];
type Roles = Readonly<Record<string, RoomRole>>;

function roomOf(roles: Roles, levels: Levels): PresentRoom {
  const members = new Map(
    Object.entries(roles).map(([user, role]) => [
      UserId.parse(user),
      { name: user, role, tenantRole: 'member' as const, grants: {} },
    ]),
  );
  return {
    kind: 'present',
    title: 'Room',
    proposed: null,
    policy: { ...DEFAULT_POLICY, levels },
    salt: '',
    createdAt: 0,
    members,
    former: new Map(),
    invites: NO_INVITES,
    tools: new Map(),
    trust: new Map(),
    lanes: new Map(),
  };
}

const principal: Principal = {
  tenant: must(mintTenant('acme'), 'a tenant'),
  user: ana,
  name: 'Ana',
  role: 'member',
  groups: [],
  issuedAt: 0,
};

/** What the server accepts from Ana, and what the screen offers her. */
function both(roles: Roles, levels: Levels) {
  const room = roomOf(roles, levels);
  const mine = roles['ana'] ?? 'reader';
  const me: Asker = {
    id: ana,
    role: mine,
    capabilities: new Set(capabilitiesOf({ tenantRole: 'member', role: mine }, levels)),
  };
  const members = Object.entries(roles).map(([user, role]) => ({ user: UserId.parse(user), name: user, role }));
  const change = (user: UserId): MemberChange => ({ room, by: principal, user, now: 0 });
  const accepted = (user: UserId) => RoomRole.options.filter((role) => setMember(change(user), role).ok);
  return { me, members, accepted, removes: (user: UserId) => removeMember(change(user)).ok };
}

const role = fc.constantFrom(...RoomRole.options);
const level = fc.constantFrom(0, 20, 50, 100);
const rooms = fc.record({
  roles: fc.record({ ana: role, ben: role }),
  levels: fc.record({ 'member.invite': level, 'member.remove': level, 'role.set': level }, { requiredKeys: [] }),
});

test('R13 the screen offers a change of role exactly where the server accepts one', () => {
  fc.assert(
    fc.property(rooms, fc.constantFrom(ana, ben), ({ roles, levels }, user) => {
      const { me, members, accepted } = both(roles, levels);
      const member = members.find((one) => one.user === user);
      if (member === undefined) throw new Error('both are members');
      const others = (from: readonly RoomRole[]) => from.filter((one) => one !== member.role);
      expect(others(offerFor(me, member, members).roles)).toEqual(others(accepted(user)));
    }),
    { numRuns: 500 },
  );
});

test('R13 the screen offers to remove, or to leave, exactly where the server accepts it', () => {
  fc.assert(
    fc.property(rooms, fc.constantFrom(ana, ben), ({ roles, levels }, user) => {
      const { me, members, removes } = both(roles, levels);
      const member = members.find((one) => one.user === user);
      if (member === undefined) throw new Error('both are members');
      const { out } = offerFor(me, member, members);
      expect(out === 'remove' || out === 'leave').toBe(removes(user));
      expect(out === 'stay').toBe(user === ana && !removes(ana));
    }),
    { numRuns: 500 },
  );
});

test('R13 the screen offers to add people exactly as what the server accepts', () => {
  fc.assert(
    fc.property(rooms, ({ roles, levels }) => {
      const { me, accepted } = both(roles, levels);
      expect(rolesToAdd(me)).toEqual(accepted(eve));
    }),
  );
});
