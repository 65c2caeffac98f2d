import type { UsageLine } from '@parley/server/ports/audit';
import type { BudgetTable, UsedTokens } from '@parley/server/ports/budgets';
import { RoomId } from '@parley/shared/ids';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batch, note, room, tenant, user } from './journal-samples.ts';
import type { StoreWorld } from './store-world.ts';

const acme = tenant('acme');
const [ada, bob] = [user('ada'), user('bob')];
const NOVEMBER = Date.UTC(2026, 10, 1);
const DAY = 86_400_000;

function use(more: Partial<UsageLine> = {}): UsageLine {
  const tokens = { inputTokens: 10, cachedTokens: 4, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 };
  const whose = { user: 'ada', keyOf: 'server', private: null } as const;
  return { at: NOVEMBER, room: RoomId.parse('a'), model: 'm', ...tokens, cost: null, ...whose, ...more };
}

/** What every table of budgets promises. */
export function budgetContract(name: string, open: () => Promise<StoreWorld>): void {
  describe(`budget contract: ${name}`, () => {
    let world: StoreWorld;
    let table: BudgetTable;
    beforeEach(async () => {
      world = await open();
      table = world.store.budgetTable;
    });
    afterEach(() => world.dispose());

    test('G7 a limit is there until it is taken away, after a restart too, of its own scope and tenant alone', async () => {
      const scopes = [
        { kind: 'tenant' },
        { kind: 'user', user: ada },
        { kind: 'user', user: bob },
        { kind: 'room', room: RoomId.parse('ada') },
      ] as const;
      for (const [index, scope] of scopes.entries()) await table.setLimit(acme, scope, index * 10);
      const limits = (of: BudgetTable) => scopes.map((scope) => of.limit(acme, scope));
      expect(limits(table)).toEqual([0, 10, 20, 30]);
      expect(table.limit(tenant('other'), { kind: 'tenant' })).toBeNull();
      await table.setLimit(acme, { kind: 'user', user: ada }, null);
      await table.setLimit(acme, { kind: 'user', user: bob }, 25);
      expect(limits((await world.reopen()).budgetTable)).toEqual([0, null, 25, 30]);
    });

    test('G7 a limit that was changed or taken away counts at once, without a restart, and is another tenant’s never', async () => {
      const ours = { kind: 'tenant' } as const;
      expect(table.limit(acme, ours)).toBeNull();
      await table.setLimit(acme, ours, 10);
      await table.setLimit(tenant('other'), ours, 99);
      await table.setLimit(acme, ours, 20);
      expect([table.limit(acme, ours), table.limit(tenant('other'), ours)]).toEqual([20, 99]);
      await table.setLimit(acme, ours, null);
      expect([table.limit(acme, ours), table.limit(tenant('other'), ours)]).toEqual([null, 99]);
      const after = (await world.reopen()).budgetTable;
      expect([after.limit(acme, ours), after.limit(tenant('other'), ours)]).toEqual([null, 99]);
    });

    test('G7 the month after December is January', async () => {
      const { journal } = world.store;
      const { epoch, seq } = await journal.acquire(room('a'));
      const [last, first] = [Date.UTC(2026, 11, 31, 23), Date.UTC(2027, 0, 1)];
      await journal.append(
        room('a'),
        epoch,
        batch(seq, [note('x')], { usage: [use({ at: last }), use({ at: first, inputTokens: 11 })] }),
      );
      expect(totals(table.used(acme, '2026-12'))).toEqual({ 'ada a false': [10, 4, 2] });
      expect(totals(table.used(acme, '2027-01'))).toEqual({ 'ada a false': [11, 4, 2] });
    });

    test('G6 G7 what was used in a month is what batches brought, by person and room, private apart', async () => {
      const { journal } = world.store;
      const { epoch, seq } = await journal.acquire(room('a'));
      const lines = [
        use(),
        use({ at: NOVEMBER + 30 * DAY - 1 }),
        use({ at: NOVEMBER - 1, inputTokens: 1_000 }),
        use({ at: NOVEMBER + 30 * DAY, inputTokens: 1_000 }),
        use({ private: ada, outputTokens: 7 }),
        use({ user: 'bob', model: 'other' }),
      ];
      await journal.append(room('a'), epoch, batch(seq, [note('x')], { usage: lines }));
      const found = (await world.reopen()).budgetTable;
      expect(totals(found.used(acme, '2026-11'))).toEqual({
        'ada a false': [20, 8, 4],
        'ada a true': [10, 4, 7],
        'bob a false': [10, 4, 2],
      });
      expect(found.used(tenant('other'), '2026-11')).toEqual([]);
    });
  });
}

/** Rows may come summed or call by call. */
function totals(rows: readonly UsedTokens[]): Record<string, number[]> {
  const sums: Record<string, number[]> = {};
  for (const row of rows) {
    const key = `${row.user} ${row.room} ${row.private}`;
    const [input = 0, cached = 0, output = 0] = sums[key] ?? [];
    sums[key] = [input + row.inputTokens, cached + row.cachedTokens, output + row.outputTokens];
  }
  return sums;
}
