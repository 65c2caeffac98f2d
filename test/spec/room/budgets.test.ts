import type { ModelEnd } from '@parley/server/ports/model';
import type { Usage } from '@parley/shared/entry';
import { ClientKey, UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { RoomWorld, settled } from '../../kit/room-world.ts';
import { REF } from '../../kit/room-ref.ts';
import { asksFor, quiet, toolWorld } from '../../kit/tooled-room.ts';

const bob = UserId.parse('bob');
const BOB = { kind: 'user', user: bob } as const;
const ROOM = { kind: 'room', room: REF.room } as const;

/** The model asks for news, and that costs so much. */
function askingNews(used: Usage, reasoningTokens = 0): ModelEnd {
  const end = asksFor({ call: 'drive.news' });
  return end.reason === 'tool' ? { ...end, usage: used, reasoningTokens } : end;
}

function usage(inputTokens: number, outputTokens: number, cachedTokens = 0) {
  return { model: 'served', inputTokens, cachedTokens, outputTokens };
}

test('G6 every attempt is settled in a record to the token that the provider counted, in the commit of what it came to', async () => {
  const world = await toolWorld();
  world.model.expect({
    end: askingNews(usage(1_000, 20, 900), 7),
  });
  world.model.expect({ pieces: ['half', 'done'], againAfter: 1, end: { reason: 'stop', usage: usage(1_100, 30) } });
  const { turn } = await world.prompt('ana', 'news?');
  await quiet();
  expect(await world.turn('ana', turn)).toMatchObject({ outcome: 'completed', text: 'done' });
  const rows = await world.recordsOf('attempt.settled');
  expect(rows).toMatchObject([
    {
      turn,
      step: 1,
      attempt: 1,
      speaker: 'ana',
      outcome: 'tool',
      model: 'served',
      inputTokens: 1_000,
      cachedTokens: 900,
      outputTokens: 20,
      reasoningTokens: 7,
      estimated: false,
    },
    { turn, step: 2, attempt: 1, provider: 'first', outcome: 'server', outputTokens: 1, estimated: true },
    { turn, step: 2, attempt: 2, outcome: 'stop', inputTokens: 1_100, outputTokens: 30, estimated: false },
  ]);
  const types = (await world.records()).map(({ type }) => type);
  expect(types.flatMap((type, index) => (type === 'attempt.settled' ? [types[index + 1]] : []))).toEqual([
    'turn.stepped',
    'turn.attempted',
    'turn.ended',
  ]);
  const sum = rows.reduce((all, row) => all + row.inputTokens + row.outputTokens, 0);
  expect(world.budgets.standing(REF.tenant, ROOM)).toMatchObject({ used: sum, held: 0 });
  await world.restart();
  expect(world.budgets.standing(REF.tenant, ROOM)).toMatchObject({ used: sum, held: 0 });
});

test('G6 a call that broke is charged for what it was sent, unless its provider refused it before it said anything', async () => {
  const world = await RoomWorld.open();
  const classes = ['auth', 'rate', 'request', 'server', 'network', 'stall', 'runaway'] as const;
  for (const each of classes) {
    world.model.expect({ end: { reason: 'failed', class: each, detail: '' } });
    await world.prompt('bob', each);
    await settled();
  }
  world.model.expect({ pieces: ['It be'], end: { reason: 'failed', class: 'server', detail: '' } });
  await world.prompt('bob', 'half');
  await settled();
  const rows = await world.recordsOf('attempt.settled');
  expect(rows.map(({ outcome, inputTokens }) => [outcome, inputTokens > 0])).toEqual([
    ...classes.map((each) => [each, ['network', 'stall', 'runaway'].includes(each)]),
    ['server', true],
  ]);
});

test('G5 G6 a record says whose key a call was made with, what was written to the cache and what it cost, or that nobody knows', async () => {
  const world = await RoomWorld.open();
  const price = { input: 1, cacheWrite: 3, output: 10 };
  const from = { provider: 'p', model: 'm', keyOf: 'speaker', price } as const;
  const end: ModelEnd = { reason: 'stop', usage: usage(100, 5, 30), cacheWriteTokens: 20 };
  world.model.expect({ pieces: ['well'], end, from });
  world.model.expect({
    pieces: ['well'],
    end,
    from: { ...from, keyOf: 'tenant', price: { input: Number.NaN, output: 1 } },
  });
  world.model.expect({ pieces: ['well'], end });
  for (const text of ['one', 'two', 'three']) {
    await world.prompt('bob', text);
    await settled();
  }
  expect(await world.recordsOf('attempt.settled')).toMatchObject([
    { keyOf: 'speaker', cost: 50 + 30 + 60 + 50, cacheWriteTokens: 20 },
    { keyOf: 'tenant', cost: null, outcome: 'stop' },
    { keyOf: 'server', cost: null },
  ]);
});

test('G5 whoever asked is told in private whose key was refused, and the room is not', async () => {
  const world = await RoomWorld.open();
  const end: ModelEnd = { reason: 'failed', class: 'auth', detail: '401' };
  const busy = {
    end: { ...end, class: 'rate' as const },
    from: { provider: 'p.example', model: 'm', keyOf: 'speaker' as const },
  };
  world.model.expect(busy);
  await world.prompt('bob', 'busy');
  await settled();
  for (const keyOf of ['speaker', 'tenant', 'server'] as const) {
    world.model.expect({ end, from: { provider: 'p.example', model: 'm', keyOf } });
    const { turn } = await world.prompt('bob', keyOf);
    await settled();
    expect(await world.turn('ana', turn)).toMatchObject({ reason: 'The model server did not accept the key.' });
  }
  const { items } = await world.must('bob', { type: 'transcript.read', lane: 'me', limit: 10 });
  expect(items).toMatchObject([
    { kind: 'notice', text: 'Your own key for p.example was not accepted. Replace it or take it away.' },
    { kind: 'notice', text: 'The key of your organisation for p.example was not accepted. An admin can replace it.' },
  ]);
});

test('G7 T37 a budget that is used up ends that person’s turn before any model is called, and nobody else’s', async () => {
  const world = await RoomWorld.open();
  await world.budgetTable.setLimit(REF.tenant, BOB, 50);
  const bobs = await world.prompt('bob', 'well?');
  world.model.expect({ pieces: ['hello'] });
  const anas = await world.prompt('ana', 'and?');
  await settled();
  expect(await world.turn('bob', bobs.turn)).toMatchObject({
    outcome: 'failed',
    reason: 'Your budget for this month is used up.',
  });
  expect(await world.turn('ana', anas.turn)).toMatchObject({ outcome: 'completed', text: 'hello' });
  world.model.assertDone();
});

test('G7 in the middle of a turn it ends at the boundary of a step, keeps what was said and done, and says how to go on', async () => {
  const world = await toolWorld();
  await world.budgetTable.setLimit(REF.tenant, BOB, 9_000);
  world.model.expect({
    pieces: ['I look it up.'],
    end: askingNews(usage(8_000, 900)),
  });
  const { turn } = await world.prompt('bob', 'news?');
  await quiet();
  const ended = await world.turn('bob', turn);
  expect(ended).toMatchObject({ outcome: 'completed', text: 'I look it up.' });
  expect(ended.reason).toBe('Your budget for this month is used up. Ask again to go on when there is more.');
  await world.budgetTable.setLimit(REF.tenant, BOB, null);
  const next = world.model.expect({ pieces: ['Here.'] });
  await world.prompt('bob', 'go on');
  expect(JSON.stringify((await next.called).messages)).toContain('I look it up.');
});

test('G7 what is learnt of an answer is learnt for prompts as long as its own, as they were counted when they were said', async () => {
  const world = await RoomWorld.open();
  for (const words of [1, 200, 2_000]) {
    world.model.expect({ pieces: ['a'] });
    const text = 'word '.repeat(words);
    await world.must('ana', { type: 'prompt.submit', id: ClientKey.parse(`words-${words}`), text, audience: 'room' });
    await settled();
  }
  const kinds = (await world.recordsOf('attempt.settled')).map(({ kind }) => kind.replace(/^\d+ /u, ''));
  expect(kinds).toEqual(['short', 'usual', 'long']);
  world.model.assertDone();
});

test('G7 a model is asked for no more than is reserved, and what is reserved is what the account holds', async () => {
  const world = await RoomWorld.open();
  await world.budgetTable.setLimit(REF.tenant, ROOM, 3_000);
  const call = world.model.expect({ pieces: ['a'], holdAfter: 0 });
  await world.prompt('ana', 'well?');
  await call.held;
  const { maxOutputTokens } = await call.called;
  expect(maxOutputTokens).toBeLessThan(2_900);
  const { held } = world.budgets.standing(REF.tenant, ROOM);
  expect(held).toBe(3_000);
  call.release();
  await settled();
  expect(world.budgets.standing(REF.tenant, ROOM).held).toBe(0);
});

test('G7 what the grants of a person allow in a room holds there', async () => {
  const world = await RoomWorld.open();
  await world.must('ana', { type: 'member.set', user: bob, role: 'speaker', grants: { budget: 60 } });
  const { turn } = await world.prompt('bob', 'well?');
  await settled();
  expect(await world.turn('bob', turn)).toMatchObject({
    outcome: 'failed',
    reason: 'Your budget in this room for this month is used up.',
  });
});

test('G7 whoever takes a budget over four fifths is told, in private', async () => {
  const world = await RoomWorld.open();
  await world.budgetTable.setLimit(REF.tenant, BOB, 10_000);
  world.model.expect({ pieces: ['much'], end: { reason: 'stop', usage: usage(8_000, 10) } });
  await world.prompt('bob', 'well?');
  await settled();
  const { items } = await world.must('bob', { type: 'transcript.read', lane: 'me', limit: 10 });
  expect(items).toMatchObject([{ kind: 'notice', text: 'Your budget for this month is four fifths used.' }]);
});

test('G7 T33 a stopped turn is charged what it was sent and said, and holds nothing any more; so does one whose node left', async () => {
  const world = await RoomWorld.open();
  const call = world.model.expect({ pieces: ['some words'], holdAfter: 1 });
  const { turn } = await world.prompt('bob', 'well?');
  await call.held;
  await world.must('bob', { type: 'turn.stop', turn });
  await settled();
  const [row] = await world.recordsOf('attempt.settled');
  expect(row).toMatchObject({ outcome: 'aborted', estimated: true, outputTokens: 3 });
  expect(row?.inputTokens).toBeGreaterThan(0);
  expect(world.budgets.standing(REF.tenant, BOB).held).toBe(0);
  const other = world.model.expect({ pieces: ['x'], holdAfter: 1 });
  await world.prompt('bob', 'again');
  await other.held;
  expect(world.budgets.standing(REF.tenant, BOB).held).toBeGreaterThan(0);
  const { budgets } = world;
  await world.leave();
  await settled();
  expect(budgets.standing(REF.tenant, BOB).held).toBe(0);
});

test('G7 what a prompt would take is asked before it is sent: its input to the token that is reserved then, and how answers were', async () => {
  const world = await RoomWorld.open({ limits: { promptsPerMinute: 40 } });
  const measure = (user: string, text: string) => world.must(user, { type: 'prompt.measure', text, audience: 'room' });
  await world.must('ana', { type: 'member.set', user: bob, role: 'speaker', grants: { budget: 90_000 } });
  const before = await measure('bob', 'well?');
  expect(before).toMatchObject({ p50: before.inputTokens + 512, p90: before.inputTokens + 4_096, left: 90_000 });
  expect((await measure('ana', 'well?')).left).toBeNull();
  expect(await world.recordsOf('ticket.accepted')).toEqual([]);
  const call = world.model.expect({ pieces: ['x'], holdAfter: 0 });
  await world.prompt('bob', 'well?');
  await call.held;
  const { inputTokens, maxOutputTokens } = await call.called;
  expect(inputTokens).toBe(before.inputTokens);
  expect(world.budgets.standing(REF.tenant, BOB).held).toBe(before.inputTokens + maxOutputTokens);
  call.release();
  await settled();
  for (let n = 0; n < 30; n += 1) {
    world.model.expect({ pieces: ['x'], end: { reason: 'stop', usage: usage(10, n + 1) } });
    await world.prompt('ana', `more ${n}`, { audience: 'me' });
    await settled();
  }
  // What is private teaches nobody else anything.
  const after = await measure('bob', 'well?');
  expect(after.p90 - after.inputTokens).toBe(4_096);
  const own = await world.must('ana', { type: 'prompt.measure', text: 'well?', audience: 'me' });
  expect([own.p50 - own.inputTokens, own.p90 - own.inputTokens]).toEqual([16, 28]);
});

test('R9 G7 a private turn is charged to no room', async () => {
  const world = await RoomWorld.open();
  world.model.expect({ pieces: ['x'], end: { reason: 'stop', usage: usage(100, 10) } });
  await world.prompt('bob', 'in private', { audience: 'me' });
  await settled();
  expect(world.budgets.standing(REF.tenant, ROOM)).toMatchObject({ used: 0, held: 0 });
  expect(world.budgets.standing(REF.tenant, BOB).used).toBe(110);
});
