import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import { must } from '@parley/shared/assert';
import { ClientKey, UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { REF } from '../../../kit/room-ref.ts';
import { askShaped, decide, ended, SEND, waiting } from '../../../kit/tool-turns.ts';
import { asksFor, quiet, toolWorld } from '../../../kit/tooled-room.ts';

test('R16 lists of the tenant count what waits in the room, and nothing that waits in a private lane', async () => {
  const world = await toolWorld();
  const { journal } = world;
  if (!(journal instanceof MemoryJournal)) throw new Error('this world is kept in memory');
  const counted = () => journal.overviews(REF.tenant).map(({ waiting: count }) => count);
  await askShaped(world, SEND);
  expect(counted()).toEqual([1]);
  await world.restart();
  await quiet();
  expect([(await waiting(world)).length, counted()]).toEqual([1, [1]]);
  world.model.expect({ pieces: ['I see.'] });
  await decide(world, 'decline');
  await quiet();
  expect(counted()).toEqual([0]);
  world.model.expect({ pieces: ['I will.'], end: asksFor(SEND) });
  await world.prompt('ana', 'do it for me', { audience: 'me' });
  await quiet();
  expect([(await waiting(world)).length, counted()]).toEqual([1, [0]]);
});

test('A62 T38 T39 only its speaker decides, about what they saw, once; anybody else is told that there is nothing', async () => {
  const world = await toolWorld();
  const turn = await askShaped(world, SEND);
  const [asked] = await waiting(world);
  const { id: approval, digest } = must(asked ?? null, 'it waits');
  const before = (await world.records()).length;
  const press = (user: string, decision: 'approve' | 'decline', seen = digest) =>
    world.command(user, { type: 'approval.decide', approval, decision, digest: seen });
  const others = await press('bob', 'approve');
  expect(others).toMatchObject({ ok: false, fault: { code: 'not_found' } });
  expect(
    await world.command('bob', { type: 'approval.decide', approval: 'a_none' as never, decision: 'approve', digest }),
  ).toEqual(others);
  expect(await press('ana', 'approve', 'other')).toMatchObject({ ok: false, fault: { code: 'condition_failed' } });
  expect(await world.records()).toHaveLength(before);
  const call = world.tools.expect({ call: 'mail.send', hold: true });
  world.model.expect({ pieces: ['Sent.'] });
  expect(await press('ana', 'approve')).toMatchObject({ ok: true, value: { turn } });
  await call.called;
  expect(await press('ana', 'approve')).toMatchObject({ ok: true });
  expect(await press('ana', 'decline')).toMatchObject({ ok: false, fault: { code: 'already_ended' } });
  call.release();
  await quiet();
  expect(world.tools.invocations).toMatchObject([{ bearer: 'mail for ana' }]);
  expect((await ended(world, turn)).answer?.tools).toMatchObject([{ outcome: 'done' }]);
  world.tools.assertDone();
});

test.each(['declines', 'does not answer'] as const)('T39 a speaker who %s has not approved', async (how) => {
  const world = await toolWorld();
  const turn = await askShaped(world, SEND);
  world.model.expect({ pieces: ['Then not.'] });
  if (how === 'declines') await decide(world, 'decline');
  else world.clock.advance(900_000);
  await quiet();
  expect(world.tools.invocations).toEqual([]);
  expect((await ended(world, turn)).answer).toMatchObject({
    text: 'I will.\n\nThen not.',
    tools: [{ outcome: 'declined' }],
  });
  expect(await waiting(world)).toEqual([]);
});

test('T22 a turn that waits gives the floor back, goes on before who waits, and its speaker hears what moved', async () => {
  const world = await toolWorld();
  const turn = await askShaped(world, SEND);
  const bobs = await world.prompt('bob', 'meanwhile?');
  world.clock.advance(59_999);
  await quiet();
  expect(await world.turn('ana', turn)).toMatchObject({ state: 'running' });
  const held = world.model.expect({ pieces: ['Yes.'], holdAfter: 1 });
  world.clock.advance(1);
  await held.held;
  expect(await world.turn('ana', turn)).toMatchObject({ state: 'parked' });
  const cyds = await world.prompt('cyd', 'and I?');
  world.tools.expect({ call: 'mail.send' });
  expect(await decide(world, 'approve')).toMatchObject({ ok: true });
  expect(world.tools.invocations).toEqual([]);
  world.model.expect({ pieces: ['Sent.'] });
  world.model.expect({ pieces: ['Now you.'] });
  held.release();
  await quiet();
  const order = (await world.recordsOf('turn.ended')).map((record) => record.turn);
  expect(order).toEqual([bobs.turn, turn, cyds.turn]);
  const { items } = await world.must('ana', { type: 'transcript.read', lane: 'me', limit: 10 });
  expect(items).toMatchObject([{ kind: 'notice', text: expect.stringContaining('2 entries were added') }]);
});

test('T22 T39 what is approved in time is called once the floor is free, also when its time is over by then', async () => {
  const world = await toolWorld();
  await askShaped(world, SEND);
  world.clock.advance(899_000);
  await quiet();
  const held = world.model.expect({ pieces: ['Long.'], holdAfter: 1 });
  await world.prompt('bob', 'meanwhile?');
  await held.held;
  world.clock.advance(999);
  expect(await decide(world, 'approve')).toMatchObject({ ok: true });
  world.clock.advance(2);
  await quiet();
  expect(world.tools.invocations).toEqual([]);
  world.tools.expect({ call: 'mail.send' });
  world.model.expect({ pieces: ['Sent.'] });
  held.release();
  await quiet();
  expect(world.tools.invocations).toHaveLength(1);
});

test('T41 everybody sees whose word is waited for, and nobody else sees what for', async () => {
  const world = await toolWorld();
  const bob = await world.onlook('bob');
  const ana = await world.onlook('ana');
  bob.open('transcript');
  ana.open('transcript.me');
  await quiet();
  const { events } = await world.watch('bob', { seq: 0, room: 0, me: 0 });
  const turn = await askShaped(world, { call: 'mail.send', given: { to: 'bob', text: 'canary-7' } });
  await quiet();
  const seen = Buffer.concat(bob.frames.map((frame) => Buffer.from(frame))).toString('latin1');
  expect(seen).toContain('waitingFor');
  expect(seen).not.toContain('canary-7');
  const own = Buffer.concat(ana.frames.map((frame) => Buffer.from(frame))).toString('latin1');
  expect(own).toContain('canary-7');
  expect(events.find(({ name }) => name === 'approval')).toMatchObject({ data: { turn, waitingFor: 'ana' } });
  expect(JSON.stringify(events)).not.toContain('canary-7');
  world.model.expect({});
  await decide(world, 'decline');
  await quiet();
  expect(events.filter(({ name }) => name === 'approval').at(-1)).toMatchObject({ data: { waitingFor: null } });
});

test('T44 what waited survives a restart, and is decided there once', async () => {
  const world = await toolWorld();
  const turn = await askShaped(world, SEND);
  await world.restart();
  world.tools.expect({ call: 'mail.send' });
  world.model.expect({ pieces: ['Sent.'] });
  expect(await decide(world, 'approve')).toMatchObject({ ok: true });
  await quiet();
  expect((await ended(world, turn)).answer?.tools).toMatchObject([{ outcome: 'done' }]);
  world.tools.assertDone();
});

test('A54 T33 T36 a stop or the loss of the right to ask denies what waits, and nothing is called', async () => {
  for (const how of ['stop', 'removal'] as const) {
    const world = await toolWorld({ levels: {} });
    await world.must('ana', { type: 'member.set', user: UserId.parse('bob'), role: 'owner' });
    const turn = await askShaped(world, SEND);
    if (how === 'stop') await world.must('ana', { type: 'turn.stop', turn });
    else await world.must('ana', { type: 'member.remove', user: UserId.parse('ana') });
    await quiet();
    expect(await ended(world, turn)).toMatchObject({ outcome: how === 'stop' ? 'cancelled' : 'revoked' });
    expect((await world.recordsOf('call.decided')).map(({ decision }) => decision)).toEqual(['revoked']);
    expect((await ended(world, turn)).answer?.tools).toMatchObject([{ outcome: 'refused' }]);
    expect(world.tools.invocations).toEqual([]);
  }
});

test('A64 T38 whoever declined three calls of a turn is asked nothing more in it; what needs no word goes on', async () => {
  const world = await toolWorld();
  const turn = await askShaped(world, ...[1, 2, 3, 4].map((n) => ({ ...SEND, given: { to: 'bob', text: `no ${n}` } })));
  world.tools.expect({ call: 'drive.news' });
  world.model.expect({ end: asksFor({ call: 'drive.news' }, SEND) });
  world.model.expect({ pieces: ['I give up.'] });
  for (let n = 0; n < 3; n += 1) {
    expect(await waiting(world)).toHaveLength(1);
    await decide(world, 'decline');
    await quiet();
  }
  expect(await waiting(world)).toEqual([]);
  const outcomes = (await ended(world, turn)).answer?.tools?.map(({ outcome }) => outcome);
  expect(outcomes).toEqual(['declined', 'declined', 'declined', 'refused', 'done', 'refused']);
  expect(world.tools.invocations).toHaveLength(1);
  // Another turn may ask again.
  world.model.expect({ end: asksFor(SEND) });
  await world.prompt('ana', 'once more');
  await quiet();
  expect(await waiting(world)).toHaveLength(1);
});

test('A63 T40 what is approved is told from the call itself: nothing that the model said of it is in the question', async () => {
  const world = await toolWorld();
  await world.must('bob', {
    type: 'message.post',
    id: ClientKey.parse('m-1'),
    text: 'mail me',
    audience: 'room',
    offRecord: false,
  });
  world.model.expect({
    pieces: ['This only reads the weather; approving is harmless and was approved by Ana before.'],
    end: asksFor({ call: 'mail.send', given: { text: 'all of it', to: 'eve@elsewhere.example' } }),
  });
  const { turn } = await world.prompt('ana', 'weather?');
  await quiet();
  const asked = must((await waiting(world))[0], 'it waits');
  const { id, digest, askedAt, expiresAt, ...question } = asked;
  expect(question).toEqual({
    ...{ turn, lane: 'room', call: 'mail.send', title: 'Mail · send', class: 'act' },
    arguments: '{"text":"all of it","to":"eve@elsewhere.example"}',
    ...{ recipients: ['eve@elsewhere.example'], influencedBy: ['bob'], builtOn: [] },
  });
  expect([id, digest, askedAt, expiresAt].join(' ')).not.toMatch(/weather|harmless/);
});

test('A70 R2 R6 what holds, holds with an empty context: a clean turn of nothing is judged like any other', async () => {
  const world = await toolWorld();
  await world.must('ana', {
    type: 'member.set',
    user: UserId.parse('bob'),
    role: 'speaker',
    grants: { tools: ['mail'] },
  });
  world.model.expect({
    end: asksFor({ call: 'drive.news' }, { call: 'mail.send', given: { to: 'eve@elsewhere.example' } }),
  });
  await world.prompt('bob', 'nobody told you the rules', { quotes: [] });
  await quiet();
  expect(world.tools.invocations).toEqual([]);
  expect((await world.recordsOf('call.ended')).map(({ outcome }) => outcome)).toEqual(['refused']);
  expect(await waiting(world, 'bob')).toMatchObject([{ call: 'mail.send' }]);
});
