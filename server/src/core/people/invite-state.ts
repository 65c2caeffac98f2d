import type { UserId } from '@parley/shared/ids';
import type { Invite } from '@parley/shared/invite';
import type { RecordOf } from '../records.ts';

/** An invitation as the room keeps it. */
export interface InviteState extends Omit<Invite, 'id'> {
  readonly by: UserId;
  /** Counts the invitations of the room: which were made before something else. */
  readonly number: number;
}

export interface Invites {
  /** How many were ever made. */
  readonly made: number;
  /** By the hash of their secret; those that ended are dropped when the next is made. */
  readonly open: ReadonlyMap<string, InviteState>;
}

export const NO_INVITES: Invites = { made: 0, open: new Map() };

export function evolveInvites(invites: Invites, record: InviteRecord): Invites {
  switch (record.type) {
    case 'invite.created':
      return withInvite(invites, record);
    case 'invite.used':
      return { ...invites, open: mapped(invites.open, record.invite, usedOnce) };
    case 'invite.revoked':
      return { ...invites, open: mapped(invites.open, record.invite, () => null) };
  }
}
export type InviteRecord = RecordOf<'invite.created' | 'invite.used' | 'invite.revoked'>;

function withInvite({ made, open }: Invites, record: RecordOf<'invite.created'>): Invites {
  const { invite, role, expiresAt, uses, by, at } = record;
  const next = new Map([...open].filter(([, { expiresAt: ends }]) => ends > at));
  const bound = record.for === undefined ? {} : { for: record.for };
  // Only people make invitations: `by` is never the system.
  next.set(invite, { role, expiresAt, usesLeft: uses, ...bound, by: by as UserId, number: made + 1 });
  return { made: made + 1, open: next };
}

function usedOnce(invite: InviteState): InviteState {
  return { ...invite, usesLeft: invite.usesLeft - 1 };
}

function mapped(
  open: Invites['open'],
  id: string,
  change: (invite: InviteState) => InviteState | null,
): Invites['open'] {
  const found = open.get(id);
  if (found === undefined) return open;
  const next = new Map(open);
  const changed = change(found);
  if (changed === null) next.delete(id);
  else next.set(id, changed);
  return next;
}
