import type { ToolOutcome } from '@parley/server/ports/tools';
import { UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import { expect, test } from 'vitest';
import { REF } from '../../../kit/room-ref.ts';
import type { RoomWorld } from '../../../kit/room-world.ts';
import { item } from '../../../kit/scripted-tools.ts';
import { toolFunction } from '../../../kit/tool-samples.ts';
import { askShaped, ended, SEND, tail, waiting } from '../../../kit/tool-turns.ts';
import { asksFor, MAIL, quiet, registered, toolWorld } from '../../../kit/tooled-room.ts';

test('R6 what only its speaker shaped runs, with a token for this speaker and this call', async () => {
  const world = await toolWorld();
  world.tools.expect({ call: 'mail.send' });
  world.model.expect({ end: asksFor(SEND) });
  world.model.expect({ pieces: ['Sent.'] });
  const { turn } = await world.prompt('ana', 'mail bob');
  await quiet();
  const [sent] = world.tools.invocations;
  expect(sent).toMatchObject({ bearer: 'mail for ana', arguments: SEND.given, function: { name: 'send' } });
  expect(world.callTokens.identities).toMatchObject([{ speaker: 'ana', binding: 'speaker', turn, room: 'lobby' }]);
  expect(sent?.operation).toBe(world.callTokens.identities[0]?.operation);
  expect(await ended(world, turn)).toMatchObject({ outcome: 'completed' });
  world.tools.assertDone();
});

test('A59 R6 T38 what somebody else shaped waits for its speaker, who is told whose words they were', async () => {
  const world = await toolWorld();
  const turn = await askShaped(world, SEND);
  expect(world.tools.invocations).toEqual([]);
  expect(await waiting(world)).toMatchObject([
    {
      turn,
      lane: 'room',
      call: 'mail.send',
      title: 'Mail · send',
      class: 'act',
      recipients: ['bob'],
      influencedBy: ['bob'],
    },
  ]);
  expect(await waiting(world)).toMatchObject([{ arguments: '{"text":"hello","to":"bob"}' }]);
  expect(await waiting(world, 'bob')).toEqual([]);
});

test('A60 R6 a call after a tool’s words is asked about too, and so is one whose recipient is not of the room', async () => {
  const world = await toolWorld();
  world.tools.expect({ call: 'drive.news' });
  world.model.expect({ end: asksFor({ call: 'drive.news' }, SEND) });
  await world.prompt('ana', 'look, then mail');
  await quiet();
  expect(await waiting(world)).toMatchObject([{ influencedBy: ['tool:drive'] }]);
  const other = await toolWorld();
  other.model.expect({ end: asksFor({ call: 'mail.send', given: { to: 'eve@elsewhere.example' } }) });
  await other.prompt('ana', 'mail eve');
  await quiet();
  expect(await waiting(other)).toMatchObject([{ recipients: ['eve@elsewhere.example'], influencedBy: [] }]);
  expect(other.tools.invocations).toEqual([]);
});

test('R6 words that go out and do not say to whom are asked about; in a private lane so is every recipient', async () => {
  const world = await toolWorld();
  world.model.expect({ end: asksFor({ call: 'mail.publish' }) });
  await world.prompt('ana', 'publish');
  await quiet();
  expect(await waiting(world)).toHaveLength(1);
  const own = await toolWorld();
  own.model.expect({ end: asksFor(SEND) });
  await own.prompt('ana', 'mail bob', { audience: 'me' });
  await quiet();
  expect(await waiting(own)).toMatchObject([{ lane: 'me', recipients: ['bob'] }]);
});

test('A62 T40 a standing approval lets the call run for these people and arguments, is its owner’s alone and can be taken back', async () => {
  const world = await toolWorld();
  const trust = { call: 'mail.send', people: [UserId.parse('bob')], arguments: { '/to': 'bob' } };
  await world.must('ana', { type: 'trust.set', trust });
  expect(await world.must('bob', { type: 'trust.list' })).toEqual({ items: [] });
  const sent = world.tools.expect({ call: 'mail.send', hold: true });
  await askShaped(world, SEND);
  expect(world.tools.invocations).toHaveLength(1);
  world.model.expect({ pieces: ['Sent.'] });
  sent.release();
  await quiet();
  world.model.expect({ end: asksFor({ call: 'mail.send', given: { to: 'cyd' } }) });
  await world.prompt('ana', 'and cyd');
  await quiet();
  expect(await waiting(world)).toHaveLength(1);
  await world.must('ana', { type: 'trust.drop', call: 'mail.send' });
  expect(await world.must('ana', { type: 'trust.list' })).toEqual({ items: [] });
  expect(await world.command('ana', { type: 'trust.set', trust: { ...trust, people: [] } })).toMatchObject({
    ok: false,
  });
});

test.each([
  ['a tool that was taken out of the room', (world: RoomWorld) => world.must('ana', { type: 'tool.drop', tool: MAIL })],
  ['a tool that the tenant withdrew', (world: RoomWorld) => world.registry.drop(registered(MAIL, '', []).tenant, MAIL)],
  [
    'a tool that became another one',
    (world: RoomWorld) => world.registry.put(registered(MAIL, 'Mail', [toolFunction('send', { class: 'read' })])),
  ],
  [
    'a speaker whose grants were cut',
    (world: RoomWorld) =>
      world.must('ana', { type: 'member.set', user: UserId.parse('bob'), role: 'speaker', grants: { tools: [] } }),
  ],
])('A54 R2 T35 is read again at the call: %s', async (_what, change) => {
  const world = await toolWorld();
  const call = world.model.expect({ pieces: ['x'], holdAfter: 1, end: asksFor({ ...SEND, given: { to: 'bob' } }) });
  world.model.expect({ pieces: ['No.'] });
  const { turn } = await world.prompt('bob', 'mail me');
  await call.held;
  await change(world);
  call.release();
  await quiet();
  expect(world.tools.invocations).toEqual([]);
  expect((await ended(world, turn)).answer?.tools).toMatchObject([{ call: 'mail.send', outcome: 'refused' }]);
});

test('R4 T35 while its speaker is asked, a turn ends as soon as they may not read what it was built on, and not while nobody says so', async () => {
  const world = await toolWorld();
  const plan = 'doc:plan';
  world.authority.set(REF.tenant, plan, ['ana']);
  world.model.expect({ end: asksFor({ call: 'drive.search', given: { q: 'plan' } }) });
  world.tools.expect({ call: 'drive.search', outcome: planOf(plan) });
  world.model.expect({ end: asksFor({ call: 'mail.publish', given: { text: 'falcon' } }) });
  const { turn } = await world.prompt('ana', 'publish the plan', { audience: 'me' });
  await quiet();
  const [asked] = (await world.must('ana', { type: 'approval.list' })).items;
  expect(asked).toMatchObject({ call: 'mail.publish', builtOn: [plan] });
  const answer = world.authority.hold();
  world.authority.set(REF.tenant, plan, ['ana']);
  world.clock.advance(1_000);
  await quiet();
  expect((await world.must('ana', { type: 'approval.list' })).items).toEqual([asked]);
  answer();
  world.authority.set(REF.tenant, plan, []);
  await quiet();
  expect(await world.must('ana', { type: 'approval.list' })).toEqual({ items: [] });
  expect(await world.turn('ana', turn)).toMatchObject({ outcome: 'revoked', by: 'system' });
  expect(world.tools.invocations.map(({ function: { name } }) => name)).toEqual(['search']);
});

function planOf(resource: string): ToolOutcome {
  return { kind: 'result', isError: false, items: [item('falcon', { resource: ResourceId.parse(resource) })] };
}

test('T37 nobody else’s account stands in for one that is not linked', async () => {
  const world = await toolWorld();
  world.callTokens.unlinked.add('ana');
  world.model.expect({ end: asksFor(SEND) });
  world.model.expect({ pieces: ['You have to link it.'] });
  const { turn } = await world.prompt('ana', 'mail bob');
  await quiet();
  expect(world.tools.invocations).toEqual([]);
  expect((await ended(world, turn)).answer?.tools).toMatchObject([{ outcome: 'refused' }]);
  expect(tail(world.model.requests[1], 1)[0]?.content).toContain('has not linked their account');
});

test('R6 arguments that are no object are refused, and the model is sent a conversation it can read', async () => {
  const world = await toolWorld();
  world.model.expect({ end: asksFor({ call: 'drive.search', given: '["not", "an object"]' }) });
  world.model.expect({});
  await world.prompt('ana', 'look');
  await quiet();
  expect(world.tools.invocations).toEqual([]);
  const [assistant, told] = tail(world.model.requests[1], 2);
  expect(assistant).toMatchObject({ calls: [{ arguments: '{}' }] });
  expect(told?.content).toContain('Its arguments are not a JSON object.');
});
