import type { Tenant } from '@parley/server/core/tenant';
import type { Authority } from '@parley/server/ports/authority';
import { UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tenantOf } from '../kit/tool-world.ts';

export interface AuthorityWorld {
  readonly authority: Authority;
  /** Makes exactly these the readers; resolves when the authority has it. */
  set(tenant: Tenant, resource: ResourceId, readers: readonly UserId[]): Promise<void>;
  /** Lets a change be noticed; resolves when it could have been. */
  settle(): Promise<void>;
  dispose(): Promise<void>;
}

export const ACME = tenantOf('acme');
export const BETA = tenantOf('beta');
export const [ANA, BEN, CLEO] = [UserId.parse('ana'), UserId.parse('ben'), UserId.parse('cleo')];
export const [PLAN, BUDGET] = [ResourceId.parse('doc:plan'), ResourceId.parse('https://docs.example/b?x=1#y')];

/** What every authority promises (R3). */
export function authorityContract(name: string, open: () => Promise<AuthorityWorld>): void {
  describe(`authority contract: ${name}`, () => {
    let world: AuthorityWorld;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.dispose());

    test('R3 one answer tells of many people and many things', async () => {
      await world.set(ACME, PLAN, [ANA, BEN]);
      await world.set(ACME, BUDGET, [BEN]);
      expect(plain(await world.authority.readers(ACME, [PLAN, BUDGET], [ANA, BEN, CLEO]))).toEqual({
        [PLAN]: ['ana', 'ben'],
        [BUDGET]: ['ben'],
      });
    });

    test('R3 only those who were asked about are told of', async () => {
      await world.set(ACME, PLAN, [ANA, BEN]);
      expect(plain(await world.authority.readers(ACME, [PLAN], [BEN]))).toEqual({ [PLAN]: ['ben'] });
    });

    test('R3 of what is not known nobody is a reader', async () => {
      const answer = await world.authority.readers(ACME, [PLAN], [ANA]);
      expect(answer.get(PLAN)?.size ?? 0).toBe(0);
    });

    test('A55 R3 the answer reflects what changed before the question', async () => {
      await world.set(ACME, PLAN, [ANA, BEN]);
      await world.authority.readers(ACME, [PLAN], [ANA, BEN]);
      await world.set(ACME, PLAN, [BEN]);
      expect(plain(await world.authority.readers(ACME, [PLAN], [ANA, BEN]))).toEqual({ [PLAN]: ['ben'] });
    });

    test('R11 the same names in another tenant are other people and other things', async () => {
      await world.set(ACME, PLAN, [ANA]);
      expect((await world.authority.readers(BETA, [PLAN], [ANA])).get(PLAN)?.size ?? 0).toBe(0);
      await world.set(BETA, PLAN, [BEN]);
      expect(plain(await world.authority.readers(BETA, [PLAN], [ANA, BEN]))).toEqual({ [PLAN]: ['ben'] });
      expect(plain(await world.authority.readers(ACME, [PLAN], [ANA, BEN]))).toEqual({ [PLAN]: ['ana'] });
    });

    test('R3 names that look alike, or mean everybody elsewhere, are only themselves', async () => {
      // Not parsed: an authority keeps names apart also where the edge would let none of them in.
      const odd = ['a:b', 'a%3Ab', 'a#b', 'a@b', '*', 'a*'] as unknown as ResourceId[];
      const people = ['*', '%2A', 'ana@x', 'ana%40x'] as unknown as UserId[];
      for (const [place, resource] of odd.entries()) await world.set(ACME, resource, [people[place % 4] as UserId]);
      const answer = plain(await world.authority.readers(ACME, odd, people));
      expect(answer).toEqual(Object.fromEntries(odd.map((resource, place) => [resource, [people[place % 4]]])));
    });

    test('R3 an answer of more than one batch is one answer', async () => {
      const people = Array.from({ length: 30 }, (_, n) => `u${n}` as UserId);
      const things = Array.from({ length: 5 }, (_, n) => `d${n}` as ResourceId);
      for (const thing of things) await world.set(ACME, thing, people.slice(0, 7));
      const answer = await world.authority.readers(ACME, things, people);
      for (const thing of things) expect([...(answer.get(thing) ?? [])].toSorted()).toEqual(people.slice(0, 7));
    });

    test('who watches is told of what was asked about and changed, until they stop', async () => {
      const heard: string[] = [];
      await world.set(ACME, PLAN, [ANA]);
      const stop = world.authority.watch((tenant, resources) => heard.push(`${tenant.id} ${resources.join(' ')}`));
      await world.authority.readers(ACME, [PLAN], [ANA]);
      await world.settle();
      heard.length = 0;
      await world.set(ACME, PLAN, []);
      await world.settle();
      expect(new Set(heard)).toEqual(new Set([`acme ${PLAN}`]));
      stop();
      heard.length = 0;
      await world.set(ACME, PLAN, [BEN]);
      await world.settle();
      expect(heard).toEqual([]);
    });
  });
}

export function plain(readers: ReadonlyMap<ResourceId, ReadonlySet<UserId>>): Record<string, string[]> {
  return Object.fromEntries([...readers].map(([resource, users]) => [resource, [...users].toSorted()]));
}
