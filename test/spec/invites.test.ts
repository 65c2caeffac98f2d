import { openInvites } from '@parley/server/core/people/invites';
import { fault } from '@parley/shared/fault';
import { UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { MembershipWorld } from '../kit/membership-world.ts';

const NOTHING = { ok: false, fault: fault('not_found') };

test('R19 an invitation lets one person in, as what it says, and its second use is refused', () => {
  const world = new MembershipWorld();
  world.invite('ana', { role: 'reader' });
  expect(world.accept('ben').ok).toBe(true);
  expect(world.roleOf('ben')).toBe('reader');
  expect(world.accept('eve')).toEqual(NOTHING);
  expect(world.roleOf('eve')).toBeUndefined();
});

test('R19 accepting again is the same answer and uses nothing up, and raises nobody', () => {
  const world = new MembershipWorld();
  world.invite('ana', { uses: 2, role: 'moderator' });
  world.accept('ben');
  world.set('ana', 'ben', 'reader');
  expect(world.accept('ben').ok).toBe(true);
  expect(world.roleOf('ben')).toBe('reader');
  expect(openInvites(world.room, world.now)).toMatchObject([{ usesLeft: 1 }]);
});

test('A16 R19 a wrong secret, a second use, another person, a late one and a revoked one are one answer', () => {
  const world = new MembershipWorld();
  world.invite('ana', { invite: 'used' });
  world.accept('cyd', 'used');
  world.invite('ana', { invite: 'bound', for: UserId.parse('ben') });
  world.invite('ana', { invite: 'revoked' });
  world.revoke('ana', 'revoked');
  world.invite('ana', { invite: 'late', expiresAt: world.now + 1 });
  world.now += 1;
  const answers = ['unknown', 'used', 'bound', 'revoked', 'late'].map((invite) => world.accept('eve', invite));
  expect(answers).toEqual(Array.from({ length: 5 }, () => NOTHING));
  expect(world.roleOf('eve')).toBeUndefined();
  expect(world.accept('ben', 'bound').ok).toBe(true);
});

test('R19 nobody invites above themselves', () => {
  const world = new MembershipWorld();
  world.set('ana', 'mod', 'moderator');
  expect(world.invite('mod', { role: 'owner' })).toMatchObject({ fault: { code: 'forbidden' } });
  expect(world.invite('mod', { role: 'moderator' }).ok).toBe(true);
});

test.each([
  ['was removed', (world: MembershipWorld) => world.remove('ana', 'mod')],
  ['left', (world: MembershipWorld) => world.remove('mod', 'mod')],
  ['is no more than a speaker', (world: MembershipWorld) => world.set('ana', 'mod', 'speaker')],
  ['may not invite any more', (world: MembershipWorld) => world.setPolicy('ana', { levels: { 'member.invite': 100 } })],
])('R19 an invitation whose maker %s opens nothing', (_, happens) => {
  const world = new MembershipWorld();
  world.set('ana', 'mod', 'moderator');
  world.invite('mod', { role: 'moderator' });
  expect(happens(world).ok).toBe(true);
  expect(openInvites(world.room, world.now)).toEqual([]);
  expect(world.accept('eve')).toEqual(NOTHING);
});

test('R19 an invitation above what its maker is by now opens nothing, though they may still invite', () => {
  const world = new MembershipWorld();
  world.set('ana', 'bob', 'owner');
  world.invite('bob', { role: 'owner' });
  world.set('bob', 'bob', 'moderator');
  expect(world.accept('eve')).toEqual(NOTHING);
});

test('R19 whoever was removed comes back through a later invitation, not through an earlier one', () => {
  const world = new MembershipWorld();
  world.invite('ana', { invite: 'before', uses: 5 });
  world.accept('ben', 'before');
  world.remove('ana', 'ben');
  expect(world.accept('ben', 'before')).toEqual(NOTHING);
  world.invite('ana', { invite: 'after' });
  expect(world.accept('ben', 'after').ok).toBe(true);
  expect(world.roleOf('ben')).toBe('speaker');
});

test('A57 R18 leaving and coming back by an open way raises nobody: not by invitation, not in a room of the tenant', () => {
  const world = new MembershipWorld({ join: 'tenant' });
  world.invite('ana', { role: 'moderator', uses: 5 });
  world.look('ben');
  world.set('ana', 'ben', 'reader', { tools: ['mail'] });
  world.remove('ben', 'ben');
  world.look('ben');
  expect([world.roleOf('ben'), world.grantsOf('ben')]).toEqual(['reader', { tools: ['mail'] }]);
  world.remove('ben', 'ben');
  world.accept('ben');
  expect([world.roleOf('ben'), world.grantsOf('ben')]).toEqual(['reader', { tools: ['mail'] }]);
  world.remove('ana', 'ben');
  world.look('ben');
  expect(world.roleOf('ben')).toBeUndefined();
});

test('R18 somebody added without limits gets those of whoever adds them', () => {
  const world = new MembershipWorld();
  world.set('ana', 'mod', 'moderator', { tools: ['mail'] });
  expect(world.set('mod', 'ben', 'speaker').ok).toBe(true);
  expect(world.grantsOf('ben')).toEqual({ tools: ['mail'] });
  expect(world.set('mod', 'eve', 'speaker', { tools: ['mail', 'crm'] })).toMatchObject({
    fault: { code: 'forbidden' },
  });
});

test('R18 an invitation hands the limits of its maker on', () => {
  const world = new MembershipWorld();
  world.set('ana', 'mod', 'moderator', { tools: ['mail'], budget: 10 });
  world.invite('mod');
  world.accept('ben');
  expect(world.grantsOf('ben')).toEqual({ tools: ['mail'], budget: 10 });
});

test('R19 a room has a bounded number of open invitations, and ended ones make room', () => {
  const world = new MembershipWorld();
  for (let n = 0; n < 200; n++) expect(world.invite('ana', { invite: `i${n}` }).ok).toBe(true);
  expect(world.invite('ana', { invite: 'more' })).toMatchObject({ fault: { code: 'too_large' } });
  world.now += 60_000;
  expect(world.invite('ana', { invite: 'more' }).ok).toBe(true);
  expect(world.room.invites.open.size).toBe(1);
});
