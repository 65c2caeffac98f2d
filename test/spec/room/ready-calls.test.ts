import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import type { AppendResult } from '@parley/server/ports/journal';
import type { Command } from '@parley/shared/commands';
import { ClientKey, UserId, type TurnId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { REF } from '../../kit/room-ref.ts';
import { shelfEntry } from '../../kit/shelf-entry.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';

/** A room whose disk takes as long as it is told to. */
async function heldRoom(): Promise<{ world: RoomWorld; hold: () => void; release: () => void; fail: () => void }> {
  const journal = new MemoryJournal();
  const world = await RoomWorld.open({}, journal);
  const id = ClientKey.parse('hi');
  await world.must('ana', { type: 'message.post', id, text: 'Hi.', audience: 'room', offRecord: false });
  await settled();
  let gate = Promise.resolve();
  let next = Promise.withResolvers<void>();
  const append = journal.append.bind(journal);
  journal.append = async (...args): Promise<AppendResult> => {
    await gate;
    return append(...args);
  };
  const hold = (): void => {
    next = Promise.withResolvers<void>();
    gate = next.promise;
  };
  return { world, hold, release: () => next.resolve(), fail: () => next.reject(new Error('EIO')) };
}

/** Bob's turn has begun behind ana's, and what says so is on its way to the disk. */
async function bobsTurnIsWritten(): Promise<{ world: RoomWorld; turn: TurnId; release: () => void }> {
  const { world, hold, release } = await heldRoom();
  const running = world.model.expect({ pieces: ['Yes.'], holdAfter: 1 });
  await world.prompt('ana', 'is it?');
  await running.held;
  const { turn } = await world.prompt('bob', 'and this?');
  await settled();
  hold();
  running.release();
  await settled();
  return { world, turn, release };
}

test('D2 a call is made ready while what asks for it is written, and made when that is on disk', async () => {
  const { world, hold, release } = await heldRoom();
  const call = world.model.expect({ pieces: ['Yes.'] });
  hold();
  const asked = world.prompt('ana', 'is it?');
  await settled();
  expect([world.model.requests.length, world.metrics.counted('parley_model_attempts_total')]).toEqual([0, 1]);
  release();
  const { turn } = await asked;
  await call.over;
  await settled();
  expect(await world.turn('ana', turn)).toMatchObject({ outcome: 'completed', text: 'Yes.' });
});

test('D2 a call whose record never came to the disk is not made', async () => {
  const { world, hold, fail } = await heldRoom();
  hold();
  const asked = world.prompt('ana', 'is it?');
  await settled();
  fail();
  await expect(asked).rejects.toThrow();
  await settled();
  expect(world.model.requests).toEqual([]);
});

type Ending = (turn: TurnId) => { readonly by: string; readonly what: Command };
const ENDINGS: readonly (readonly [string, Ending])[] = [
  ['is stopped', (turn) => ({ by: 'bob', what: { type: 'turn.stop', turn } })],
  ['loses the right to ask', () => ({ by: 'ana', what: { type: 'member.remove', user: UserId.parse('bob') } })],
];

for (const [how, command] of ENDINGS) {
  test(`T33 T36 whoever ${how} before that asks nobody, and owes nothing`, async () => {
    const { world, turn, release } = await bobsTurnIsWritten();
    expect(world.metrics.counted('parley_model_attempts_total')).toBe(2);
    const { by, what } = command(turn);
    const done = world.must(by, what);
    await settled();
    release();
    await done;
    await settled();
    expect(world.model.requests).toHaveLength(1);
    const settledCalls = (await world.recordsOf('attempt.settled')).filter((record) => record.turn === turn);
    expect(settledCalls.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens])).toEqual([[0, 0]]);
    expect((await world.recordsOf('turn.ended')).map((record) => record.turn)).toContain(turn);
    world.model.assertDone();
  });
}

test('G7 what was held for a call that nobody made is free again', async () => {
  const { world, hold, fail } = await heldRoom();
  const user = UserId.parse('ana');
  await world.budgets.setLimit(REF.tenant, { kind: 'user', user }, 100_000);
  const payer = { room: REF.room, user, shared: true };
  const left = () => world.budgets.leftOf({ tenant: REF.tenant, payer, granted: null });
  hold();
  const asked = world.prompt('ana', 'is it?');
  await settled();
  expect(left()).toBeLessThan(100_000);
  fail();
  await expect(asked).rejects.toThrow();
  await settled();
  expect(left()).toBe(100_000);
});

test('G5 T35 a model that is taken from a speaker before that is not asked', async () => {
  const { world, turn, release } = await bobsTurnIsWritten();
  const bob = UserId.parse('bob');
  await world.budgets.setLimit(REF.tenant, { kind: 'user', user: bob }, 100_000);
  const payer = { room: REF.room, user: bob, shared: true };
  const left = () => world.budgets.leftOf({ tenant: REF.tenant, payer, granted: null });
  expect(left()).toBeLessThan(100_000);
  const done = world.must('ana', { type: 'member.set', user: bob, role: 'speaker', grants: { models: [] } });
  await settled();
  release();
  await done;
  await settled();
  expect(world.model.requests).toHaveLength(1);
  expect(await world.turn('bob', turn)).toMatchObject({ state: 'ended', outcome: 'revoked' });
  expect(left()).toBe(100_000);
});

test('T35 whether its speaker may read what it is built on is asked before the call, and not before that is on disk', async () => {
  const { world, hold, release } = await heldRoom();
  world.authority.set(REF.tenant, 'doc:plan', ['ana']);
  await world.found(shelfEntry({ text: 'the plan is secret', resources: ['doc:plan'], after: 1 }));
  hold();
  const asked = world.prompt('ana', 'what is the plan?', { audience: 'me' });
  await settled();
  world.authority.set(REF.tenant, 'doc:plan', [], true);
  release();
  const { turn } = await asked;
  await settled();
  expect(await world.turn('ana', turn)).toMatchObject({ state: 'ended', outcome: 'revoked', by: 'system' });
  expect(world.model.requests).toEqual([]);
});
