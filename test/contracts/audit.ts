import type { Audit, AuditLine, AuditQuery, UsageLine, UsageQuery } from '@parley/server/ports/audit';
import { RoomId } from '@parley/shared/ids';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batch, note, room, tenant, user } from './journal-samples.ts';
import type { StoreWorld } from './store-world.ts';

const acme = tenant('acme');
const [ada, bob, cyd] = [user('ada'), user('bob'), user('cyd')];
const DAY = 86_400_000;

function line(more: Partial<AuditLine> = {}): AuditLine {
  const what = { at: 1.5, room: RoomId.parse('a'), by: 'ada', action: 'member.set', target: 'bob' };
  return { ...what, outcome: 'done', code: null, private: null, ...more };
}

function query(more: Partial<AuditQuery> = {}): AuditQuery {
  return { after: 0, limit: 100, reader: cyd, all: true, ...more };
}

function used(more: Partial<UsageLine> = {}): UsageLine {
  const input = { inputTokens: 10, cachedTokens: 4, cacheWriteTokens: 3 };
  const tokens = { ...input, outputTokens: 2, reasoningTokens: 1, cost: 50 };
  const whose = { user: 'ada', keyOf: 'server', private: null } as const;
  return { at: DAY, room: RoomId.parse('a'), model: 'm', ...tokens, ...whose, ...more };
}

function usage(more: Partial<UsageQuery> = {}): UsageQuery {
  return { by: [], from: 0, to: 100 * DAY, user: null, ...more };
}

/** What every audit trail promises, whatever keeps it. */
export function auditContract(name: string, open: () => Promise<StoreWorld>): void {
  describe(`audit contract: ${name}`, () => {
    let world: StoreWorld;
    let audit: Audit;
    beforeEach(async () => {
      world = await open();
      audit = world.store.audit;
    });
    afterEach(() => world.dispose());

    /** Writes with a batch of room `a`, as rooms do. */
    async function append(lines: readonly AuditLine[], uses: readonly UsageLine[] = [], seq?: number) {
      const { journal } = world.store;
      const taken = await journal.acquire(room('a'));
      return journal.append(
        room('a'),
        taken.epoch,
        batch(seq ?? taken.seq, [note('x')], { audit: lines, usage: uses }),
      );
    }

    const found = async (more: Partial<AuditQuery> = {}) => audit.lines(acme, query(more));
    const actions = async (more: Partial<AuditQuery> = {}) => (await found(more)).map(({ action }) => action);

    test('T50 lines come back as written, in order, with numbers that grow, after a restart too', async () => {
      const lines = [line(), line({ room: null, target: null, outcome: 'refused', code: 'forbidden' })];
      await append(lines);
      await audit.note(acme, [line({ action: 'tool.put' })]);
      const stored = await found();
      expect(stored.map(({ id: _, ...rest }) => rest)).toEqual([...lines, line({ action: 'tool.put' })]);
      expect(stored.map(({ id }) => id)).toEqual(stored.map(({ id }) => id).toSorted((a, b) => a - b));
      expect(new Set(stored.map(({ id }) => id)).size).toBe(3);
      expect(await (await world.reopen()).audit.lines(acme, query())).toEqual(stored);
    });

    test('T50 a batch that is refused leaves no line and no usage', async () => {
      expect(await append([line()], [used()], 7)).toMatchObject({ kind: 'wrong-seq' });
      expect([await found(), await audit.usage(acme, usage())]).toEqual([[], []]);
    });

    test('R11 lines and usage are of their tenant alone', async () => {
      await append([line()], [used()]);
      expect(await audit.lines(tenant('rival'), query())).toEqual([]);
      expect(await audit.usage(tenant('rival'), usage())).toEqual([]);
    });

    test('A56 a private line is for its person alone, whatever is asked', async () => {
      await audit.note(acme, [line(), line({ private: ada, action: 'prompt.submit' }), line({ action: 'later' })]);
      expect(await actions({ reader: ada })).toEqual(['member.set', 'prompt.submit', 'later']);
      expect(await actions({ reader: ada, all: false })).toEqual(['member.set', 'prompt.submit', 'later']);
      for (const more of [{}, { by: 'ada' }, { action: 'prompt.submit' }, { reader: bob, by: 'ada' }])
        expect(await actions(more)).not.toContain('prompt.submit');
    });

    test('A56 R9 what others do in private changes nothing of what a reader gets, its numbers included', async () => {
      const shared = [line({ action: 'one' }), line({ action: 'two' }), line({ action: 'three' })];
      const silent = tenant('silent');
      for (const one of shared) {
        await audit.note(silent, [one]);
        await audit.note(acme, [line({ private: ada }), one, line({ private: ada }), line({ private: bob })]);
      }
      expect(await found()).toEqual(await audit.lines(silent, query()));
      // Whoever does something in private themselves learns nothing of the others either.
      const alone = tenant('alone');
      for (const one of shared) await audit.note(alone, [one, line({ private: bob })]);
      expect(await found({ reader: bob })).toEqual(await audit.lines(alone, query({ reader: bob })));
    });

    test('T50 whoever reads page by page misses no line, of their own lane neither', async () => {
      const seen: string[] = [];
      let after = 0;
      for (let n = 0; n < 12; n += 1) {
        await audit.note(acme, [line({ action: `${n}`, private: n % 3 === 0 ? null : n % 3 === 1 ? ada : bob })]);
        const page = await found({ reader: ada, after, limit: 1 });
        seen.push(...page.map(({ action }) => action));
        after = page.at(-1)?.id ?? after;
      }
      expect(seen).toEqual(['0', '1', '3', '4', '6', '7', '9', '10']);
    });

    test('T50 lines are found by room, person, action and outcome, and pages are bounded', async () => {
      const other = RoomId.parse('b');
      await audit.note(acme, [
        line({ action: 'one', room: other }),
        line({ action: 'two', by: 'bob' }),
        line({ action: 'three', outcome: 'refused', code: 'forbidden' }),
      ]);
      expect(await actions({ room: other })).toEqual(['one']);
      expect(await actions({ by: 'bob' })).toEqual(['two']);
      expect(await actions({ outcome: 'refused' })).toEqual(['three']);
      expect(await actions({ action: 'two' })).toEqual(['two']);
      expect(await actions({ limit: 2 })).toEqual(['one', 'two']);
      expect(await actions({ reader: bob, all: false })).toEqual(['two']);
      expect(await actions({ reader: bob, all: false, by: 'ada' })).toEqual([]);
    });

    test('usage adds up by what is asked for; private lanes are one line without a room', async () => {
      await append([], [used(), used({ user: 'bob', model: 'n' }), used({ private: ada, at: 2 * DAY })]);
      await append([], [used({ at: 2 * DAY - 1 })]);
      const sum = (calls: number) => ({
        calls,
        inputTokens: 10 * calls,
        cachedTokens: 4 * calls,
        cacheWriteTokens: 3 * calls,
        outputTokens: 2 * calls,
        reasoningTokens: calls,
        cost: 50 * calls,
        unpriced: 0,
      });
      expect(await audit.usage(acme, usage())).toEqual([sum(4)]);
      expect(await audit.usage(acme, usage({ by: ['user'] }))).toEqual([
        { user: 'ada', ...sum(3) },
        { user: 'bob', ...sum(1) },
      ]);
      expect(await audit.usage(acme, usage({ by: ['room', 'model'] }))).toEqual([
        { room: 'a', model: 'm', ...sum(2) },
        { room: 'a', model: 'n', ...sum(1) },
        { room: null, model: 'm', ...sum(1) },
      ]);
      expect(await (await world.reopen()).audit.usage(acme, usage({ by: ['day'] }))).toEqual([
        { day: 1, ...sum(3) },
        { day: 2, ...sum(1) },
      ]);
    });

    test('G5 G6 calls on different keys are apart, and those whose cost nobody knows are counted', async () => {
      await append([], [used(), used({ keyOf: 'speaker', cost: null }), used({ keyOf: 'tenant', cost: 7 })]);
      await append([], [used({ keyOf: 'speaker', cost: 9 })]);
      const known = async (of: Audit) =>
        (await of.usage(acme, usage({ by: ['key'] }))).map(({ key, calls, cost, unpriced }) => [
          key,
          calls,
          cost,
          unpriced,
        ]);
      const all = [
        ['server', 1, 50, 0],
        ['speaker', 2, 9, 1],
        ['tenant', 1, 7, 0],
      ];
      expect(await known(audit)).toEqual(all);
      expect(await audit.usage(acme, usage())).toMatchObject([{ calls: 4, cost: 66, unpriced: 1 }]);
      expect(await known((await world.reopen()).audit)).toEqual(all);
    });

    test('usage is cut by person, room and whole days', async () => {
      await append([], [used(), used({ private: ada }), used({ user: 'bob', at: 3 * DAY })]);
      const calls = async (more: Partial<UsageQuery>) => (await audit.usage(acme, usage(more)))[0]?.calls ?? 0;
      expect(await calls({ user: ada })).toBe(2);
      expect(await calls({ room: RoomId.parse('a') })).toBe(2);
      expect(await calls({ room: RoomId.parse('b') })).toBe(0);
      expect(await calls({ from: 2 * DAY })).toBe(1);
      expect(await calls({ from: 1.5 * DAY, to: 1.7 * DAY })).toBe(2);
      expect(await calls({ from: 2 * DAY, to: 3 * DAY })).toBe(0);
    });
  });
}
