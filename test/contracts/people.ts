import type { RoomRef } from '@parley/server/core/tenant';
import type { Batch } from '@parley/server/ports/journal';
import type { People } from '@parley/server/ports/people';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batch, listing, note, room, tenant, user } from './journal-samples.ts';
import type { StoreWorld } from './store-world.ts';

const acme = tenant('acme');
const ada = user('ada');

/** What is promised of the people of a tenant, whatever keeps it. */
export function peopleContract(name: string, open: () => Promise<StoreWorld>): void {
  describe(`people contract: ${name}`, () => {
    let world: StoreWorld;
    let people: People;
    beforeEach(async () => {
      world = await open();
      people = world.store.people;
    });
    afterEach(() => world.dispose());

    async function show(ref: RoomRef, shown: Batch['listing']): Promise<void> {
      const { epoch, seq } = await world.store.journal.acquire(ref);
      await world.store.journal.append(
        ref,
        epoch,
        batch(seq, [note('x')], shown === undefined ? {} : { listing: shown }),
      );
    }

    test('R11 an overview names the rooms of its tenant and who is in them, page by page', async () => {
      await show(room('b'), listing('B', { bob: 'reader', ada: 'owner' }));
      await show(room('a'), listing('A', { ada: 'owner' }));
      await show(room('c'), listing('C', { cyd: 'owner' }));
      await show(room('d', 'rival'), listing('D', { ada: 'owner' }));
      const a = {
        id: 'a',
        title: 'A',
        createdAt: 1_750_000_000_000,
        members: [{ user: 'ada', role: 'owner' }],
        waiting: 0,
      };
      const members = [
        { user: 'ada', role: 'owner' },
        { user: 'bob', role: 'reader' },
      ];
      expect(await people.rooms(acme, null, 2)).toEqual([a, { ...a, id: 'b', title: 'B', members }]);
      expect((await people.rooms(acme, 'b', 2)).map(({ id }) => id)).toEqual(['c']);
      expect(await people.rooms(acme, 'c', 2)).toEqual([]);
    });

    test('a room that lists do not show, or no longer, is in no overview; one without members is', async () => {
      await show(room('never'), undefined);
      await show(room('gone'), listing('Gone', { ada: 'owner' }));
      await show(room('gone'), null);
      await show(room('empty'), listing('Empty', {}));
      expect((await people.rooms(acme, null, 9)).map(({ id, members }) => [id, members])).toEqual([['empty', []]]);
    });

    test('R16 how many approvals wait is told of each room and of all of a tenant, as it was said last, and outlives a restart', async () => {
      for (const [ref, waiting] of [
        [room('a'), 2],
        [room('b'), 1],
        [room('c', 'rival'), 5],
        [room('gone'), 7],
      ] as const) {
        const { epoch, seq } = await world.store.journal.acquire(ref);
        const shown = ref.room === 'gone' ? {} : { listing: listing('X', { ada: 'owner' }) };
        await world.store.journal.append(ref, epoch, batch(seq, [note('x')], { ...shown, waiting }));
        await world.store.journal.append(ref, epoch, batch(seq + 1, [note('y')]));
      }
      const { epoch, seq } = await world.store.journal.acquire(room('b'));
      await world.store.journal.append(room('b'), epoch, batch(seq, [note('z')], { waiting: 0 }));
      const { people: again } = await world.reopen();
      expect((await again.rooms(acme, null, 9)).map(({ id, waiting }) => [id, waiting])).toEqual([
        ['a', 2],
        ['b', 0],
      ]);
      expect(await again.waiting(acme)).toBe(2);
      expect(await again.waiting(tenant('nobody'))).toBe(0);
    });

    test('a revocation is of one person of one tenant, and outlives a restart', async () => {
      expect(people.revokedAt(acme, ada)).toBeNull();
      await people.revoke(acme, ada, 1_000.5);
      expect(people.revokedAt(acme, ada)).toBe(1_000.5);
      expect(people.revokedAt(acme, user('bob'))).toBeNull();
      expect(people.revokedAt(tenant('rival'), ada)).toBeNull();
      expect((await world.reopen()).people.revokedAt(acme, ada)).toBe(1_000.5);
    });

    test('revoking again moves the moment forward, and never back', async () => {
      for (const at of [5, 9, 7]) await people.revoke(acme, ada, at);
      expect(people.revokedAt(acme, ada)).toBe(9);
      expect((await world.reopen()).people.revokedAt(acme, ada)).toBe(9);
    });

    test('whoever watches is told once it is in effect, until they cancel', async () => {
      const seen: unknown[] = [];
      const cancel = people.watch((of, who) => seen.push([of.id, who, people.revokedAt(of, who)]));
      await people.revoke(acme, ada, 5);
      cancel();
      await people.revoke(acme, ada, 6);
      expect(seen).toEqual([['acme', 'ada', 5]]);
    });
  });
}
