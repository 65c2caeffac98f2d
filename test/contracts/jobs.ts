import type { Job, Jobs, JobState, WantedJob } from '@parley/server/ports/jobs';
import { EntryId, JobId } from '@parley/shared/ids';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batch, listing, note, redaction, room, tenant } from './journal-samples.ts';
import type { StoreWorld } from './store-world.ts';

function wanted(id: string, more: Partial<WantedJob> = {}): WantedJob {
  const by = 'system';
  return { id: JobId.parse(`j_${id}`), ref: room('a'), kind: 'title', by, at: 10, notBefore: 20, anew: false, ...more };
}
const DEAD: JobState = { kind: 'dead', attempts: 3, reason: 'unusable', at: 5 };
const sources = [EntryId.parse('e_1')];
const ASKED = { kind: 'asked', attempts: 1, operation: 'o', sources, batch: null, reserved: 3 } as const;
const ids = (jobs: readonly Job[]): string[] => jobs.map(({ id }) => id);

/** What every store of background work promises. */
export function jobContract(name: string, open: () => Promise<StoreWorld>): void {
  describe(`job contract: ${name}`, () => {
    let world: StoreWorld;
    let jobs: Jobs;
    beforeEach(async () => {
      world = await open();
      jobs = world.store.jobs;
    });
    afterEach(() => world.dispose());

    test('G9 a room has one job of a kind, whoever asks again, and keeps it over a restart', async () => {
      const first = await jobs.add(wanted('1'));
      expect(first).toMatchObject({ id: 'j_1', createdAt: 10, state: { kind: 'waiting', attempts: 0, notBefore: 20 } });
      expect(await jobs.add(wanted('2', { at: 99, anew: true }))).toEqual(first);
      await jobs.add(wanted('3', { kind: 'export', by: 'ana' }));
      await jobs.add(wanted('4', { ref: room('a', 'rival') }));
      const again = (await world.reopen()).jobs;
      expect(ids(await again.of(room('a')))).toEqual(['j_3', 'j_1']);
      expect(await again.of(room('a', 'rival'))).toMatchObject([{ id: 'j_4', ref: room('a', 'rival') }]);
    });

    test('G9 only what is over gives way to new work, and only where that is said', async () => {
      const job = await jobs.add(wanted('1'));
      await jobs.move(job, DEAD);
      expect((await jobs.add(wanted('2'))).id).toBe('j_1');
      expect((await jobs.add(wanted('3', { anew: true }))).id).toBe('j_3');
      expect(ids(await jobs.of(room('a')))).toEqual(['j_3']);
    });

    test('G9 a job moves once from where it was seen, and every state comes back as it was', async () => {
      let seen = await jobs.add(wanted('1'));
      const states: JobState[] = [
        ASKED,
        { ...ASKED, batch: { label: 'b_1', at: 3, id: 'batch_1' } },
        { kind: 'writing', attempts: 0, parts: 2, cursor: 900 },
        { kind: 'ready', parts: 3, until: 77 },
        DEAD,
      ];
      for (const state of states) {
        expect(await jobs.move(seen, state)).toBe(true);
        expect(await jobs.move(seen, DEAD)).toBe(false);
        expect(await jobs.move(seen, null)).toBe(false);
        seen = { ...seen, state };
        jobs = (await world.reopen()).jobs;
        expect(await jobs.of(room('a'))).toEqual([seen]);
      }
      expect(await jobs.move({ ...seen, ref: room('a', 'rival') }, null)).toBe(false);
      expect(await jobs.move(seen, null)).toBe(true);
      expect(await jobs.of(room('a'))).toEqual([]);
    });

    test('G9 D12 parts stand with what writes them, sealed for their place, and go with it', async () => {
      const job = await jobs.add(wanted('1', { kind: 'export' }));
      const first = { ...job, state: { kind: 'writing', attempts: 0, parts: 0, cursor: 0 } } as const;
      const second = { ...job, state: { ...first.state, parts: 1, cursor: 5 } } as const;
      await jobs.move(job, first.state);
      expect(await jobs.write(first, 'one', second.state)).toBe(true);
      expect(await jobs.write(first, 'again', second.state)).toBe(false);
      const ready = { ...job, state: { kind: 'ready', parts: 2, until: 99 } } as const;
      expect(await jobs.write(second, 'two', ready.state)).toBe(true);
      jobs = (await world.reopen()).jobs;
      const parts = async () => Promise.all([0, 1, 2].map((index) => jobs.part(job, index)));
      expect(await parts()).toEqual(['one', 'two', null]);
      expect(await jobs.part({ ...job, ref: room('a', 'rival') }, 0)).toBeNull();
      expect(ids(await jobs.due(99))).toEqual(['j_1']);
      expect((await jobs.add(wanted('2', { kind: 'export', anew: true }))).id).toBe('j_2');
      expect(await parts()).toEqual([null, null, null]);
    });

    test('G9 R14 a redaction in a room takes what was written of it in the same step, and begins it anew', async () => {
      const { journal } = world.store;
      const state = { kind: 'writing', attempts: 0, parts: 0, cursor: 0 } as const;
      const written = async (id: string, of: string) => {
        const job = await jobs.add(wanted(id, { kind: 'export', ref: room('a', of) }));
        await jobs.move(job, state);
        await jobs.write({ ...job, state }, 'words', { kind: 'ready', parts: 1, until: 99 });
        return job;
      };
      const [ours, theirs] = [await written('1', 'acme'), await written('2', 'rival')];
      await jobs.add(wanted('3'));
      const { epoch, seq } = await journal.acquire(room('a'));
      await journal.append(room('a'), epoch, batch(seq, [note('x')]));
      await journal.redact(room('a'), epoch, redaction(seq + 1, [note('y')], []));
      expect(await jobs.part(ours, 0)).toBeNull();
      expect(await jobs.part(theirs, 0)).toBe('words');
      expect(await jobs.of(room('a'))).toMatchObject([
        { id: 'j_1', state: { kind: 'waiting', attempts: 0, notBefore: 0 } },
        { id: 'j_3', state: { kind: 'waiting', notBefore: 20 } },
      ]);
      expect(ids(await jobs.due(0))).toEqual(['j_1']);
    });

    test('G9 due is the oldest of each tenant whose time has come, and nothing that a model was asked', async () => {
      await jobs.add(wanted('late', { at: 9, notBefore: 50 }));
      await jobs.add(wanted('new', { ref: room('b'), at: 3 }));
      const old = await jobs.add(wanted('old', { ref: room('c'), at: 2 }));
      await jobs.add(wanted('theirs', { ref: room('a', 'rival'), at: 8 }));
      expect(await jobs.due(19)).toEqual([]);
      expect(await jobs.waiting(tenant('acme'), 19, 9)).toEqual([]);
      expect(ids(await jobs.waiting(tenant('acme'), 20, 9))).toEqual(['j_old', 'j_new']);
      expect(ids(await jobs.waiting(tenant('acme'), 60, 2))).toEqual(['j_old', 'j_new']);
      expect(ids(await jobs.due(20)).toSorted()).toEqual(['j_old', 'j_theirs']);
      await jobs.move(old, ASKED);
      expect(ids(await jobs.due(60)).toSorted()).toEqual(['j_new', 'j_theirs']);
      expect(ids(await jobs.waiting(tenant('acme'), 60, 9))).toEqual(['j_new', 'j_late']);
      expect(ids(await jobs.asked())).toEqual(['j_old']);
    });

    test('G9 R11 dead letters are their tenant’s, page by page; sums are of all', async () => {
      for (const [index, at] of ['a', 'b', 'c'].entries()) {
        const job = await jobs.add(wanted(at, { ref: room(at), at: index }));
        if (at !== 'c') await jobs.move(job, DEAD);
      }
      const theirs = await jobs.add(wanted('d', { ref: room('d', 'rival'), at: 1 }));
      await jobs.move(theirs, DEAD);
      expect(await jobs.dead(tenant('acme'), null, 1)).toMatchObject([{ id: 'j_a', state: DEAD }]);
      expect(ids(await jobs.dead(tenant('acme'), 'j_a', 9))).toEqual(['j_b']);
      expect(await jobs.job(tenant('acme'), theirs.id)).toBeNull();
      expect(await jobs.job(tenant('rival'), theirs.id)).toMatchObject({ ref: room('d', 'rival'), state: DEAD });
      expect(await jobs.sums()).toEqual({ waiting: 1, oldestAt: 2, dead: 3 });
    });

    test('G9 a room that is deleted takes its work with it, in the same step, and nobody else’s', async () => {
      const { journal } = world.store;
      await jobs.add(wanted('1'));
      await jobs.add(wanted('2', { ref: room('a', 'rival') }));
      const { epoch, seq } = await journal.acquire(room('a'));
      await journal.append(room('a'), epoch, batch(seq, [note('x')], { listing: listing('A', { ada: 'owner' }) }));
      expect(ids(await jobs.of(room('a')))).toEqual(['j_1']);
      await journal.append(room('a'), epoch, batch(seq + 1, [note('y')], { listing: null }));
      expect(await jobs.of(room('a'))).toEqual([]);
      expect(ids(await jobs.of(room('a', 'rival')))).toEqual(['j_2']);
    });

    test('G9 R16 members are shown the title that was made, and the overview of admins the one that people gave', async () => {
      const { journal, people } = world.store;
      const { epoch, seq } = await journal.acquire(room('a'));
      const shown = { ...listing('New room', { ada: 'owner' }), proposed: 'Layoffs' };
      await journal.append(room('a'), epoch, batch(seq, [note('x')], { listing: shown }));
      const ada = shown.members[0]?.user;
      if (ada === undefined) throw new Error('a member');
      expect(await journal.rooms(tenant('acme'), ada, null, 9)).toMatchObject([{ title: 'Layoffs' }]);
      expect(await people.rooms(tenant('acme'), null, 9)).toMatchObject([{ title: 'New room' }]);
      await journal.append(
        room('a'),
        epoch,
        batch(seq + 1, [note('y')], { listing: listing('Mine', { ada: 'owner' }) }),
      );
      expect(await journal.rooms(tenant('acme'), ada, null, 9)).toMatchObject([{ title: 'Mine' }]);
    });
  });
}
