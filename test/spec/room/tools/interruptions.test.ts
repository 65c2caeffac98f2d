import { UserId } from '@parley/shared/ids';
import { expect, test, vi } from 'vitest';
import { REF } from '../../../kit/room-ref.ts';
import { RoomWorld } from '../../../kit/room-world.ts';
import { failed, result } from '../../../kit/scripted-tools.ts';
import { decide, ended, SEND, tail } from '../../../kit/tool-turns.ts';
import { asksFor, quiet, toolWorld } from '../../../kit/tooled-room.ts';

async function interrupted(call: string) {
  const world = await toolWorld();
  const first = world.tools.expect({ call, hold: true });
  world.model.expect({ end: asksFor({ call, given: { to: 'bob' } }) });
  const { turn } = await world.prompt('ana', 'go');
  await first.called;
  return { world, turn };
}

test('D5 one that cannot be repeated is recorded as unknown, told to the room, and never repeated', async () => {
  const { world, turn } = await interrupted('mail.send');
  world.model.expect({ pieces: ['I do not know.'], end: asksFor({ call: 'mail.send', given: { to: 'bob' } }) });
  world.model.expect({ pieces: ['Please look.'] });
  await world.restart();
  await quiet();
  expect(world.tools.invocations).toHaveLength(1);
  expect((await ended(world, turn)).answer?.tools).toMatchObject([{ outcome: 'unknown' }, { outcome: 'refused' }]);
  const { items } = await world.must('bob', { type: 'transcript.read', lane: 'room', limit: 10 });
  expect(items.filter(({ kind }) => kind === 'notice')).toMatchObject([
    { text: expect.stringContaining('Mail · send, for ANA') },
  ]);
});

test.each(['mail.archive', 'drive.search'])(
  'D5 one that may be repeated is, under the same operation: %s',
  async (call) => {
    const { world, turn } = await interrupted(call);
    world.tools.expect({ call });
    world.model.expect({ pieces: ['Done.'] });
    await world.restart();
    await quiet();
    const [first, again] = world.tools.invocations;
    expect(again?.operation).toBe(first?.operation);
    expect((await ended(world, turn)).answer?.tools).toMatchObject([{ outcome: 'done' }]);
  },
);

test('D5 one whose tool can say what became of it is asked about, and made only when it never happened', async () => {
  for (const happened of [true, false]) {
    const { world, turn } = await interrupted('mail.order');
    world.tools.expectStatus(happened ? result('ordered before') : { kind: 'never-happened' });
    if (!happened) world.tools.expect({ call: 'mail.order', outcome: result('ordered now') });
    world.model.expect({ pieces: ['Done.'] });
    await world.restart();
    await quiet();
    expect(world.tools.invocations).toHaveLength(happened ? 1 : 2);
    expect(tail(world.model.requests[1], 1)[0]?.content).toContain(happened ? 'ordered before' : 'ordered now');
    expect((await ended(world, turn)).answer?.tools).toMatchObject([{ outcome: 'done' }]);
    world.tools.assertDone();
  }
});

test('D5 equal calls of one step are two operations', async () => {
  const world = await toolWorld();
  world.tools.expect({ call: 'mail.send' });
  world.tools.expect({ call: 'mail.send' });
  world.model.expect({ end: asksFor(SEND, SEND) });
  world.model.expect({});
  await world.prompt('ana', 'twice');
  await quiet();
  await quiet();
  // The second one comes after a tool's words, so its speaker is asked.
  await decide(world, 'approve');
  await quiet();
  const operations = world.tools.invocations.map(({ operation }) => operation);
  expect(new Set(operations).size).toBe(2);
});

test('T33 T34 a stop signals the tool, and a call that may have happened is named', async () => {
  const { world, turn } = await interrupted('mail.send');
  await world.must('ana', { type: 'turn.stop', turn });
  await quiet();
  const { outcome, answer } = await ended(world, turn);
  expect(outcome).toBe('cancelled');
  expect(answer?.tools).toMatchObject([{ call: 'mail.send', outcome: 'unknown' }]);
  expect(world.model.requests).toHaveLength(1);
});

test('D5 a tool that could not be reached is not called again; one that may be is, once', async () => {
  const world = await toolWorld();
  world.tools.expect({ call: 'mail.send', outcome: failed('timeout', true) });
  world.tools.expect({ call: 'mail.archive', outcome: failed('network', true) });
  world.tools.expect({ call: 'mail.archive' });
  world.tools.expect({ call: 'mail.order', outcome: failed('refused', false) });
  world.model.expect({ end: asksFor(SEND, { call: 'mail.archive' }, { call: 'mail.order' }) });
  world.model.expect({});
  const { turn } = await world.prompt('ana', 'all');
  await quiet();
  await decide(world, 'approve').catch(() => undefined);
  await quiet();
  await decide(world, 'approve').catch(() => undefined);
  await quiet();
  expect((await ended(world, turn)).answer?.tools?.map(({ outcome }) => outcome)).toEqual([
    'unknown',
    'done',
    'failed',
  ]);
  world.tools.assertDone();
});

test.each([
  [{ kind: 'never-happened' } as const, 'failed'],
  [result('ordered'), 'done'],
])(
  'T33 a tool that can say is asked after a stop what became of its call, for the record alone',
  async (said, late) => {
    const { world, turn } = await interrupted('mail.order');
    world.tools.expectStatus(said);
    await world.must('ana', { type: 'turn.stop', turn });
    await quiet();
    expect((await ended(world, turn)).answer?.tools).toMatchObject([{ outcome: 'unknown' }]);
    const record = { type: 'call.late', lane: 'room', turn, call: 'mail.order', outcome: late };
    expect(await world.recordsOf('call.late')).toEqual([{ ...record, at: world.clock.now() }]);
    const before = await world.must('ana', { type: 'transcript.read', lane: 'room', limit: 10 });
    expect(JSON.stringify(before)).not.toContain('ordered');
    // It is not called again, by no later turn and after no restart.
    await world.restart();
    await quiet();
    expect(world.tools.invocations).toHaveLength(1);
    expect(await world.must('ana', { type: 'transcript.read', lane: 'room', limit: 10 })).toEqual(before);
    world.tools.assertDone();
  },
);

test('T33 T36 whoever lost the right to ask is not asked for any more: their credential goes out no more', async () => {
  const { world, turn } = await interrupted('mail.order');
  await world.must('ana', { type: 'member.set', user: UserId.parse('bob'), role: 'owner' });
  await world.must('ana', { type: 'member.remove', user: UserId.parse('ana') });
  await quiet();
  expect(await ended(world, turn)).toMatchObject({ outcome: 'revoked' });
  // The double refuses a question that nobody expected.
  world.tools.assertDone();
});

test('T33 a stop while the notes are loaded leaves them as they were, and the record says so', async () => {
  const world = await RoomWorld.open();
  const loading = Promise.withResolvers<void>();
  const load = world.journal.loadDoc.bind(world.journal);
  vi.spyOn(world.journal, 'loadDoc').mockImplementation(async (ref, doc) => {
    if (doc === 'workspace') await loading.promise;
    return load(ref, doc);
  });
  world.model.expect({ end: asksFor({ call: 'room.edit_notes', given: { append: 'too late' } }) });
  const { turn } = await world.prompt('ana', 'note that');
  await quiet();
  await world.must('ana', { type: 'turn.stop', turn });
  await quiet();
  loading.resolve();
  await quiet();
  expect(await ended(world, turn)).toMatchObject({ outcome: 'cancelled' });
  expect(await world.recordsOf('call.late')).toMatchObject([{ turn, call: 'room.edit_notes', outcome: 'failed' }]);
  expect(await load(REF, 'workspace')).toEqual([]);
});
