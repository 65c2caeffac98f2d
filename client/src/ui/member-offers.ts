import type { Member } from '@parley/shared/entry';
import { LEVEL, RoomRole, type Capability } from '@parley/shared/roles';

/** Whoever looks at the list of members, as the server last described them. */
export interface Asker {
  readonly id: string;
  readonly role: RoomRole;
  readonly capabilities: ReadonlySet<Capability>;
}

/**
 * What a screen offers for one member. It mirrors what the server will accept, so that nothing is
 * offered that would be refused; the server still decides (R13).
 */
export interface Offer {
  /** Roles to choose from, the present one among them; empty when it cannot be changed. */
  readonly roles: readonly RoomRole[];
  /** `leave`: myself. `stay`: myself, but the room needs me as its only owner. */
  readonly out: 'remove' | 'leave' | 'stay' | null;
}

export function offerFor(me: Asker, member: Member, members: readonly Member[]): Offer {
  return member.user === me.id ? offerForMe(member, members) : offerForOther(me, member);
}

/** The roles in which somebody new may be added: none above my own. */
export function rolesToAdd({ role, capabilities }: Asker): readonly RoomRole[] {
  return capabilities.has('member.invite') ? upTo(role) : [];
}

/** Anyone may step down, and leave; only the last owner may not. */
function offerForMe({ user, role }: Member, members: readonly Member[]): Offer {
  const last = role === 'owner' && !members.some((other) => other.role === 'owner' && other.user !== user);
  if (last) return { roles: [], out: 'stay' };
  const roles = upTo(role);
  return { roles: roles.length > 1 ? roles : [], out: 'leave' };
}

/** Nobody changes an equal or a higher. */
function offerForOther({ role, capabilities }: Asker, member: Member): Offer {
  if (LEVEL[role] <= LEVEL[member.role]) return { roles: [], out: null };
  return {
    roles: capabilities.has('role.set') ? upTo(role) : [],
    out: capabilities.has('member.remove') ? 'remove' : null,
  };
}

function upTo(role: RoomRole): readonly RoomRole[] {
  return RoomRole.options.filter((one) => LEVEL[one] <= LEVEL[role]);
}
