import { within } from '@parley/server/core/people/grants';
import { can, CAPABILITIES, DEFAULT_LEVELS, LEVEL, RoomRole, type Grants } from '@parley/shared/roles';
import { explainRights } from '@parley/shared/explain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MembershipWorld } from '../kit/membership-world.ts';

const PEOPLE = ['ana', 'ben', 'cyd', 'dan', 'eve'];
const RUNS = { numRuns: 1_000, seed: 57 };

const person = fc.constantFrom(...PEOPLE);
const role = fc.constantFrom(...RoomRole.options);
const level = fc.constantFrom(0, 20, 50, 100);
const levels = fc.dictionary(fc.constantFrom(...CAPABILITIES), level, { maxKeys: 4 });
const names = fc.option(fc.subarray(['mail', 'crm', 'git']), { nil: undefined });
const grants: fc.Arbitrary<Grants> = fc
  .record({ tools: names, budget: fc.option(fc.nat(20), { nil: undefined }) })
  .map(({ tools, budget }) => ({
    ...(tools === undefined ? {} : { tools }),
    ...(budget === undefined ? {} : { budget }),
  }));

type Deed = (world: MembershipWorld) => void;
const invite = fc.constantFrom('i1', 'i2', 'i3');
const deeds = (by: fc.Arbitrary<string>): fc.Arbitrary<Deed> =>
  fc.oneof(
    fc.tuple(by, person, role, fc.option(grants, { nil: undefined })).map(
      ([who, user, what, limits]): Deed =>
        (world) =>
          world.set(who, user, what, limits),
    ),
    fc.tuple(by, person).map(
      ([who, user]): Deed =>
        (world) =>
          world.remove(who, user),
    ),
    fc.tuple(by, invite, role, fc.nat(3)).map(
      ([who, id, what, uses]): Deed =>
        (world) =>
          world.invite(who, { invite: id, role: what, uses: uses + 1 }),
    ),
    fc.tuple(by, invite).map(
      ([who, id]): Deed =>
        (world) =>
          world.accept(who, id),
    ),
    fc
      .tuple(by, levels, fc.constantFrom('invite' as const, 'tenant' as const))
      .map(([who, next, join]): Deed => (world) => {
        // The command asks for the capability before the policy is looked at.
        const asking = { tenantRole: 'member', role: world.roleOf(who) ?? null } as const;
        if (can(asking, 'policy.set', world.room.policy.levels)) world.setPolicy(who, { levels: next, join });
      }),
    by.map(
      (who): Deed =>
        (world) =>
          world.look(who),
    ),
  );

/** A room with these people in it, and the levels it started with. */
function start(roles: readonly RoomRole[], own: Record<string, number>): MembershipWorld {
  const world = new MembershipWorld();
  PEOPLE.slice(1).forEach((user, index) => world.set('ana', user, roles[index] ?? 'reader'));
  world.setPolicy('ana', { levels: own });
  return world;
}

const setups = fc.record({
  roles: fc.array(role, { minLength: 4, maxLength: 4 }),
  own: levels,
  bar: level.filter((l) => l > 0),
});

test('A57 R18 nothing that people below a level do gives anybody that level, takes it away, or moves what asks for it', () => {
  fc.assert(
    fc.property(
      setups,
      fc.array(fc.tuple(person, fc.nat(1_000_000)), { maxLength: 30 }),
      ({ roles, own, bar }, seeds) => {
        const world = start(roles, own);
        const above = PEOPLE.filter((user) => LEVEL[world.roleOf(user) ?? 'reader'] >= bar);
        const below = PEOPLE.filter((user) => !above.includes(user));
        const asked = { ...DEFAULT_LEVELS, ...world.room.policy.levels };
        for (const [, seed] of below.length === 0 ? [] : seeds)
          for (const deed of fc.sample(deeds(fc.constantFrom(...below)), { numRuns: 1, seed })) deed(world);
        expect(PEOPLE.filter((user) => LEVEL[world.roleOf(user) ?? 'reader'] >= bar)).toEqual(above);
        const now = { ...DEFAULT_LEVELS, ...world.room.policy.levels };
        for (const capability of CAPABILITIES)
          if (asked[capability] >= bar) expect([capability, now[capability]]).toEqual([capability, asked[capability]]);
      },
    ),
    RUNS,
  );
});

test('R18 nothing that limited people do gives anybody more than their limits', () => {
  const limit: Grants = { tools: ['mail'], budget: 10 };
  fc.assert(
    fc.property(
      setups,
      fc.array(deeds(fc.constantFrom(...PEOPLE.slice(1))), { maxLength: 30 }),
      ({ roles, own }, all) => {
        const world = new MembershipWorld();
        PEOPLE.slice(1).forEach((user, index) => world.set('ana', user, roles[index] ?? 'reader', limit));
        world.setPolicy('ana', { levels: own });
        for (const deed of all) {
          deed(world);
          // A room of the tenant takes in whoever comes, by its own policy.
          if (world.room.policy.join === 'tenant') return;
        }
        for (const [user, member] of world.room.members)
          if (user !== 'ana') expect([user, within(limit, member.grants)]).toEqual([user, true]);
      },
    ),
    RUNS,
  );
});

test('A57 R18 a room keeps an owner, whatever its owners do to each other, and the first of two who duel wins', () => {
  fc.assert(
    fc.property(fc.array(deeds(person), { maxLength: 40 }), (all) => {
      const world = start(['owner', 'owner', 'moderator', 'speaker'], {});
      for (const deed of all) {
        deed(world);
        expect([...world.room.members.values()].some((member) => member.role === 'owner')).toBe(true);
      }
    }),
    RUNS,
  );
  const duel = start(['moderator', 'moderator', 'speaker', 'reader'], { 'member.remove': 20 });
  expect(duel.remove('ben', 'cyd')).toMatchObject({ fault: { code: 'forbidden' } });
  expect(duel.set('ana', 'ben', 'speaker').ok).toBe(true);
  expect(duel.remove('cyd', 'ben').ok).toBe(true);
  expect(duel.remove('ben', 'cyd')).toMatchObject({ fault: { code: 'forbidden' } });
});

test('R18 nobody changes their own limits, and whoever raises somebody leaves theirs as they are', () => {
  const world = start(['owner', 'speaker', 'speaker', 'reader'], {});
  expect(world.set('ana', 'ana', 'owner', { tools: [] })).toMatchObject({ fault: { code: 'forbidden' } });
  world.set('ana', 'cyd', 'speaker', { tools: ['mail'] });
  expect(world.set('cyd', 'cyd', 'speaker', {})).toMatchObject({ fault: { code: 'forbidden' } });
  world.set('ana', 'cyd', 'moderator');
  expect(world.grantsOf('cyd')).toEqual({ tools: ['mail'] });
});

test('R18 the explanation of a right says what the right is, for every standing and policy', () => {
  const standings = fc.record({
    tenantRole: fc.constantFrom('admin', 'member', 'guest', 'service'),
    role: fc.option(role, { nil: null }),
  });
  fc.assert(
    fc.property(standings, levels, (standing, own) => {
      for (const { capability, allowed, why } of explainRights(standing, own)) {
        expect(allowed).toBe(can(standing, capability, own));
        expect(why).toMatch(/^[A-Z][^.]*\.$/);
        if (standing.role !== null && !why.startsWith('Guests')) expect(why.includes(', and ')).toBe(allowed);
      }
    }),
    RUNS,
  );
});
