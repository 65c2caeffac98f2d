import { MemoryAudit } from '@parley/server/adapters/store/audit-memory';
import { MemoryBudgets } from '@parley/server/adapters/store/budgets-memory';
import type { ModelEnd, ModelFailure, Provider } from '@parley/server/ports/model';
import { Budgets } from '@parley/server/room/budgets';
import type { Chronicle } from '@parley/server/room/chronicle';
import { openWarmupAccount } from '@parley/server/room/turns/warmup-account';
import { must } from '@parley/shared/assert';
import { expect, test } from 'vitest';
import { TestClock } from '../../kit/clock.ts';
import { REF } from '../../kit/room-ref.ts';

/** What a warm-up of 2,000 tokens comes to that ends so, and what the room is charged. */
function settled(end: ModelEnd, from?: Provider) {
  const clock = new TestClock();
  const budgets = new Budgets(new MemoryBudgets(new MemoryAudit()), clock);
  // Of what the room's own lane pays for nothing is asked of it.
  const deps = { ref: REF, lane: 'room', chronicle: {} as Chronicle, budgets, clock } as const;
  const account = must(openWarmupAccount(deps, 2_000, 1), 'there is no limit');
  const record = account.ended(end, from);
  return { record, standing: budgets.standing(REF.tenant, { kind: 'room', room: REF.room }) };
}

test.each<readonly [ModelFailure, number]>([
  ['auth', 0],
  ['rate', 0],
  ['request', 0],
  ['server', 0],
  ['network', 2_000],
  ['stall', 2_000],
  ['aborted', 2_000],
])('G6 C17 of a warm-up that ends %s, %i tokens are charged, as a guess, and nothing stays held', (failure, tokens) => {
  const { record, standing } = settled({ reason: 'failed', class: failure, detail: '' });
  expect(record).toMatchObject({ outcome: failure, inputTokens: tokens, outputTokens: 0, estimated: true });
  expect(standing).toMatchObject({ used: tokens, held: 0 });
});

test('G5 G6 C17 the record of a warm-up says who read it, with whose key, what was cached and written, and what it cost', () => {
  const usage = { model: 'served', inputTokens: 1_900, cachedTokens: 100, outputTokens: 1 };
  const end: ModelEnd = { reason: 'length', usage, cacheWriteTokens: 800, reasoningTokens: 1 };
  const price = { input: 2, cached: 1, cacheWrite: 3, output: 10 };
  const { record, standing } = settled(end, { provider: 'works', model: 'm', keyOf: 'tenant', price });
  expect(record).toMatchObject({
    ...{ provider: 'works', model: 'm', keyOf: 'tenant', outcome: 'length', estimated: false, reserved: 2_001 },
    ...{ inputTokens: 1_900, cachedTokens: 100, cacheWriteTokens: 800, outputTokens: 1, reasoningTokens: 1 },
    cost: 1_000 * 2 + 100 + 800 * 3 + 10,
  });
  expect(standing).toMatchObject({ used: 1_901, held: 0 });
  expect(settled(end).record).toMatchObject({ provider: 'built in', model: 'served', keyOf: 'server', cost: null });
});
