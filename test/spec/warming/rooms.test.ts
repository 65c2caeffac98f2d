import type { ModelRequest } from '@parley/server/ports/model';
import { ClientKey, EntryId, UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { ask, askedRoom, type AskedRoom } from '../../kit/asked-room.ts';
import { CachingModel } from '../../kit/caching-model.ts';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { REF } from '../../kit/room-ref.ts';

const LIFETIME_MS = 300_000;
const BUDGET = 6_000;

type At = AskedRoom<CachingModel>;
const open = (): Promise<At> => askedRoom(new CachingModel(), BUDGET);

type Place = 'transcript' | 'transcript.me';

/** Somebody comes, presses a key, and rests. */
async function type({ world }: At, user: string, doc: Place = 'transcript'): Promise<void> {
  const keyboard = await world.keyboard(user);
  keyboard.press(doc);
  await settled();
  await settled();
}

/** A room whose provider was seen to cache, and has forgotten. */
async function cold(turns = 5): Promise<At> {
  const at = await open();
  await ask(at, 'ana', turns);
  at.world.clock.advance(LIFETIME_MS);
  return at;
}

const last = <T>(items: readonly T[]): T => items.at(-1) as T;

/** What both begin with, and the words that only the turn has: those of its prompt and what closes it. */
function beginsAlike(turn: ModelRequest, warmup: ModelRequest): void {
  const [one, other] = [turn.messages, warmup.messages];
  expect(one.slice(0, -1)).toEqual(other.slice(0, -1));
  const opening = last(other).content.split('\n').slice(0, -1).join('\n');
  expect(opening.length).toBeGreaterThan(20);
  expect(last(one).content.startsWith(opening)).toBe(true);
  expect(last(one).content.slice(opening.length).trim()).toMatch(/^question \d+ /);
}

test('C17 when somebody begins to type and the cache may be cold, one request says what the next turn begins with, byte for byte', async () => {
  const at = await cold();
  await type(at, 'bob');
  const [warmup] = at.model.warmups;
  expect(at.model.warmups).toHaveLength(1);
  expect(warmup).toMatchObject({ maxOutputTokens: 1, background: 'warmup', caller: REF });
  expect(warmup?.caller).not.toHaveProperty('user');
  await ask(at, 'bob');
  const turn = last(at.model.turns);
  beginsAlike(turn, warmup as ModelRequest);
  for (const field of ['tools', 'allowedTools', 'cacheKey', 'model'] as const)
    expect(warmup?.[field]).toEqual(turn[field]);
});

test('C17 nothing is sent while the cache is warm, nor again within its lifetime, however often people type', async () => {
  const at = await open();
  await ask(at, 'ana', 5);
  const [ana, bob] = [await at.world.keyboard('ana'), await at.world.keyboard('bob')];
  const press = async (ms: number): Promise<number> => {
    at.world.clock.advance(ms);
    for (const each of [ana, bob, ana]) {
      each.rest('transcript');
      each.press('transcript');
      await settled();
      await settled();
    }
    return at.model.warmups.length;
  };
  expect(await press(1_000)).toBe(0);
  expect(await press(LIFETIME_MS * 0.9 - 2_000)).toBe(0);
  expect(await press(1_000)).toBe(1);
  expect(await press(1_000)).toBe(1);
  expect(await press(LIFETIME_MS - 2_000)).toBe(1);
  expect(await press(1_000)).toBe(2);
});

test('C17 a key that is held is one signal, and one that others were shown already is none', async () => {
  const at = await cold();
  const bob = await at.world.keyboard('bob');
  at.model.cachedTokens = 0;
  bob.press('transcript');
  await settled();
  await settled();
  expect(at.model.warmups).toHaveLength(1);
  at.world.clock.advance(LIFETIME_MS);
  bob.press('transcript');
  await settled();
  await settled();
  expect(at.model.warmups).toHaveLength(1);
});

test('C13 C17 a cut that is due is warmed as a cold cache is, with what the next turn is sent', async () => {
  const at = await open();
  // What it is asked for is no digest: the conversation is cut.
  for (let turn = 0; turn < 60 && at.model.warmups.length === 0; turn++) {
    await ask(at, 'ana');
    at.world.clock.advance(2_000);
    await type(at, 'bob');
  }
  expect(at.model.warmups).toHaveLength(1);
  const before = last(at.model.turns);
  await ask(at, 'bob');
  const [turn, warmup] = [last(at.model.turns), last(at.model.warmups)];
  beginsAlike(turn, warmup);
  expect(turn.messages[1]).not.toEqual(before.messages[1]);
});

test('C17 a model that was never seen to read from its cache is not warmed', async () => {
  const at = await open();
  at.model.cachedTokens = 0;
  await ask(at, 'ana', 5);
  at.world.clock.advance(LIFETIME_MS);
  await type(at, 'bob');
  expect(at.model.warmups).toHaveLength(0);
});

test('C17 a prefix that is too short for a provider to keep is not sent', async () => {
  const at = await cold(1);
  await type(at, 'bob');
  expect(at.model.warmups).toHaveLength(0);
});

test('C17 whoever may not ask, or has no model, warms nothing', async () => {
  const at = await cold();
  await at.world.must('ana', { type: 'member.set', user: UserId.parse('bob'), role: 'reader' });
  await at.world.must('ana', {
    type: 'member.set',
    user: UserId.parse('cyd'),
    role: 'speaker',
    grants: { models: [] },
  });
  await type(at, 'bob');
  await type(at, 'cyd');
  expect(at.model.warmups).toHaveLength(0);
  await type(at, 'ana');
  expect(at.model.warmups).toHaveLength(1);
});

test('C17 a turn that begins ends the warm-up, and none is sent while one runs', async () => {
  const at = await cold();
  const release = at.model.hold();
  await type(at, 'bob');
  expect(at.model.aborted).toEqual([]);
  at.world.clock.advance(5_000);
  await type(at, 'cyd');
  expect(at.model.warmups).toHaveLength(1);
  await ask(at, 'ana');
  expect(at.model.aborted).toEqual([true]);
  expect(await at.world.recordsOf('warmup.settled')).toMatchObject([{ outcome: 'aborted', estimated: true }]);
  release();
});

test('G6 C17 the room pays for it, in a record of its own kind, and no person', async () => {
  const at = await cold();
  const { user } = at.world.principal('bob');
  const standing = (scope: Parameters<RoomWorld['budgets']['standing']>[1]) =>
    at.world.budgets.standing(REF.tenant, scope);
  const before = { room: standing({ kind: 'room', room: REF.room }).used, tenant: standing({ kind: 'tenant' }).used };
  await type(at, 'bob');
  expect(await at.world.recordsOf('warmup.settled')).toMatchObject([
    { lane: 'room', outcome: 'length', inputTokens: 1_500, outputTokens: 1, estimated: false, keyOf: 'server' },
  ]);
  expect(standing({ kind: 'room', room: REF.room })).toMatchObject({ used: before.room + 1_501, held: 0 });
  expect(standing({ kind: 'tenant' })).toMatchObject({ used: before.tenant + 1_501, held: 0 });
  expect(standing({ kind: 'user', user }).used).toBe(0);
  // What the journal tells the next node is the same.
  await at.world.restart();
  expect(standing({ kind: 'room', room: REF.room })).toMatchObject({ used: before.room + 1_501, held: 0 });
});

test('C17 under budget pressure there is none: any scope that pays is four fifths used, or would be', async () => {
  const first = await cold();
  await type(first, 'bob');
  const [{ reserved } = { reserved: 0 }] = await first.world.recordsOf('warmup.settled');
  expect(first.model.warmups[0]?.inputTokens).toBe(reserved - 1);
  for (const scope of [{ kind: 'room', room: REF.room }, { kind: 'tenant' }, { kind: 'background' }] as const) {
    const at = await cold();
    const { used } = at.world.budgets.standing(REF.tenant, scope);
    // One token of it is output.
    const limit = (used + reserved - 1) / 0.8;
    await at.world.budgets.setLimit(REF.tenant, scope, Math.floor(limit));
    await type(at, 'bob');
    expect(at.model.warmups).toHaveLength(0);
    await at.world.budgets.setLimit(REF.tenant, scope, Math.ceil(limit) + 1);
    at.world.clock.advance(1_000);
    await type(at, 'cyd');
    expect(at.model.warmups).toHaveLength(1);
  }
});

test('C17 after one that failed none is sent for an hour', async () => {
  const at = await cold();
  at.model.warmupEnd = { reason: 'failed', class: 'request', detail: 'too few tokens' };
  await type(at, 'bob');
  expect(await at.world.recordsOf('warmup.settled')).toMatchObject([{ outcome: 'request', inputTokens: 0 }]);
  at.world.clock.advance(3_600_000 - 1);
  await type(at, 'bob');
  expect(at.model.warmups).toHaveLength(1);
  at.world.clock.advance(1);
  await type(at, 'cyd');
  expect(at.model.warmups).toHaveLength(2);
});

test('C17 D2 a node that takes over knows what was seen, and when the lane was called and warmed last', async () => {
  const at = await cold();
  await at.world.restart();
  await type(at, 'bob');
  expect(at.model.warmups).toHaveLength(1);
  await at.world.restart();
  at.world.clock.advance(LIFETIME_MS - 1);
  await type(at, 'cyd');
  expect(at.model.warmups).toHaveLength(1);
  await ask(at, 'ana');
  at.world.clock.advance(LIFETIME_MS / 2);
  await at.world.restart();
  await type(at, 'cyd');
  expect(at.model.warmups).toHaveLength(1);
});

test('C17 typing in a private lane warms that lane alone, and its owner pays', async () => {
  const at = await cold();
  await ask(at, 'bob', 3, 'me');
  at.world.clock.advance(LIFETIME_MS);
  await type(at, 'bob', 'transcript.me');
  const { user } = at.world.principal('bob');
  expect(at.model.warmups).toHaveLength(1);
  expect(at.model.warmups[0]?.caller).toEqual({ ...REF, user });
  expect(await at.world.recordsOf('warmup.settled')).toMatchObject([{ lane: 'me:bob' }]);
  const standing = at.world.budgets.standing(REF.tenant, { kind: 'room', room: REF.room });
  expect(standing.used).toBe(5 * 120);
  const own = () => at.world.budgets.standing(REF.tenant, { kind: 'user', user }).used;
  expect(own()).toBe(3 * 40 + 1_501);
  await at.world.restart();
  expect(own()).toBe(3 * 40 + 1_501);
  await ask(at, 'bob', 1, 'me');
  beginsAlike(last(at.model.turns), last(at.model.warmups));
});

test('C17 a digest that waits for its moment is warmed as the next turn will have it', async () => {
  const at = await open();
  const answer = (cite: readonly string[]) => `- What was said: ${cite.map((one) => `[${one}]`).join(' ')}`;
  at.model.digest = answer;
  await ask(at, 'ana');
  // It is said last until the digest is in place, and at the head from then on.
  const [first] = await at.world.recordsOf('turn.started');
  const entry = EntryId.parse(first?.entry.id);
  await at.world.must('ana', { type: 'entry.pin', entry, as: 'decision' });
  for (let turn = 0; turn < 60 && at.model.warmups.length === 0; turn++) {
    await ask(at, 'ana');
    at.world.clock.advance(2_000);
    await type(at, 'bob');
  }
  expect(at.model.warmups).toHaveLength(1);
  // The words of a prompt may be what makes it due: that one was not foreseen.
  const adopted = async () => (await at.world.recordsOf('digest.adopted')).length;
  const before = await adopted();
  await ask(at, 'bob');
  expect(await adopted()).toBe(before + 1);
  beginsAlike(last(at.model.turns), last(at.model.warmups));
  expect(JSON.stringify(last(at.model.warmups))).toContain('What was said');
});

test('C17 what an operator says of a cache holds: declared it need not be seen, and of none nothing is warmed', async () => {
  for (const [lifetimeMs, warmups] of [
    [60_000, 1],
    [0, 0],
  ] as const) {
    const at = await open();
    at.model.cachedTokens = 0;
    at.model.caching = { lifetimeMs, leastTokens: 1_024, isDeclared: true };
    await ask(at, 'ana', 5);
    at.world.clock.advance(54_000);
    await type(at, 'bob');
    expect(at.model.warmups).toHaveLength(warmups);
  }
});

test('C17 a clean turn is sent nothing of the conversation: it neither keeps it warm nor is taken for what was sent last', async () => {
  const at = await open();
  await ask(at, 'ana', 5);
  const [first] = await at.world.recordsOf('turn.started');
  const quotes = [EntryId.parse(first?.entry.id)];
  const cleanly = async (id: string): Promise<void> => {
    await at.world.must('ana', {
      type: 'prompt.submit',
      id: ClientKey.parse(id),
      text: 'and?',
      audience: 'room',
      quotes,
    });
    await settled();
    await settled();
  };
  await cleanly('c1');
  await type(at, 'bob');
  expect(at.model.warmups).toHaveLength(0);
  at.world.clock.advance(LIFETIME_MS - 1_000);
  await cleanly('c2');
  at.world.clock.advance(1_000);
  await type(at, 'bob');
  expect(at.model.warmups).toHaveLength(1);
});

test('C17 while a turn runs nobody’s key press sends anything', async () => {
  const at = await cold();
  const release = at.model.holdTurns();
  await ask(at, 'ana');
  at.world.clock.advance(LIFETIME_MS * 0.95);
  await type(at, 'bob');
  expect(at.model.warmups).toHaveLength(0);
  release();
  await settled();
  await settled();
  await type(at, 'cyd');
  expect(at.model.warmups).toHaveLength(1);
});

test('C17 R9 a private lane knows what was seen in the room, and never the other way', async () => {
  const at = await cold();
  await type(at, 'cyd', 'transcript.me');
  expect(at.model.warmups).toHaveLength(1);
  const other = await open();
  other.model.cachedTokens = 0;
  await ask(other, 'ana', 5);
  other.model.cachedTokens = 80;
  await ask(other, 'bob', 3, 'me');
  other.world.clock.advance(LIFETIME_MS);
  await type(other, 'bob');
  expect(other.model.warmups).toHaveLength(0);
  await type(other, 'bob', 'transcript.me');
  expect(other.model.warmups).toHaveLength(1);
});

test('C17 whoever opens a lane has what its next turn begins with built, once, and nothing is sent', async () => {
  const at = await cold();
  await at.world.restart();
  const before = at.world.builds;
  await at.world.keyboard('bob');
  // That of the room, and that of bob's own lane.
  expect(at.world.builds - before).toBe(2);
  await at.world.keyboard('bob');
  expect(at.world.builds - before).toBe(2);
  expect(at.model.warmups).toHaveLength(0);
});

test('C17 however fast somebody types and rests, what would be sent is built at most once a second', async () => {
  const at = await open();
  await ask(at, 'ana', 5);
  const bob = await at.world.keyboard('bob');
  const before = at.world.builds;
  for (let press = 0; press < 40; press++) {
    bob.press('transcript');
    bob.rest('transcript');
    at.world.clock.advance(50);
    await settled();
  }
  expect(at.world.builds - before).toBe(2);
});

test('C17 a warm-up ends when its room is left', async () => {
  const at = await cold();
  at.model.hold();
  await type(at, 'bob');
  await at.world.leave();
  await settled();
  expect(at.model.aborted).toEqual([true]);
});
