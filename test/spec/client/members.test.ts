import { fault } from '@parley/shared/fault';
import { UserId } from '@parley/shared/ids';
import { DEFAULT_POLICY } from '@parley/shared/policy';
import type { Command } from '@parley/shared/commands';
import { afterEach, expect, test } from 'vitest';
import { clientWorld, type ClientWorld } from '../../kit/client-world.ts';

const worlds: ClientWorld[] = [];
afterEach(() => worlds.splice(0).forEach((made) => made.close()));

/** Ana is in; the server answers every command with `reply` and keeps what it was asked. */
async function inRoom(reply: ReturnType<ClientWorld['server']['script']['command']>) {
  const world = clientWorld();
  worlds.push(world);
  const ana = world.client('ana');
  await world.server.settle();
  const asked: Command[] = [];
  world.server.script.command = (command) => {
    asked.push(command);
    return reply;
  };
  return { ana, asked, server: world.server };
}

const ben = UserId.parse('ben');
const room = {
  id: 'lobby',
  title: 'Launch week',
  policy: { ...DEFAULT_POLICY, join: 'tenant' },
  role: 'owner',
  createdAt: 7,
};

test('R13 a member is set by id and role alone: who asks is not in the command', async () => {
  const { ana, asked, server } = await inRoom({ value: { user: 'ben', name: 'Ben', role: 'speaker' } });
  const answer = ana.setMember(ben, 'speaker');
  await server.settle();
  expect(asked).toEqual([{ type: 'member.set', user: 'ben', role: 'speaker' }]);
  expect(await answer).toEqual({ ok: true, value: { user: 'ben', name: 'Ben', role: 'speaker' } });
});

test('a member is removed by id', async () => {
  const { ana, asked, server } = await inRoom({ value: {} });
  const answer = ana.removeMember(ben);
  await server.settle();
  expect(asked).toEqual([{ type: 'member.remove', user: 'ben' }]);
  expect(await answer).toEqual({ ok: true, value: {} });
});

test.each([
  [{ title: 'Launch week' }, { type: 'room.update', title: 'Launch week' }],
  [{ join: 'tenant' }, { type: 'room.update', policy: { join: 'tenant' } }],
  [
    { title: 'Launch week', join: 'invite' },
    { type: 'room.update', title: 'Launch week', policy: { join: 'invite' } },
  ],
] as const)('a change of the room names what changes and nothing else: %j', async (change, command) => {
  const { ana, asked, server } = await inRoom({ value: room });
  const answer = ana.updateRoom(change);
  await server.settle();
  expect(asked).toEqual([command]);
  expect(await answer).toEqual({ ok: true, value: room });
});

test('the room describes itself and its policy', async () => {
  const { ana, asked, server } = await inRoom({ value: { ...room, capabilities: ['room.read'], models: ['demo'] } });
  const answer = ana.details();
  await server.settle();
  expect(asked).toEqual([{ type: 'room.get' }]);
  expect(await answer).toMatchObject({ ok: true, value: { title: 'Launch week', policy: { join: 'tenant' } } });
});

test.each(['last_owner', 'forbidden'] as const)(
  'a refusal (%s) comes back as it is, and the client stays online',
  async (code) => {
    const { ana, server } = await inRoom(fault(code));
    const answers = Promise.all([ana.removeMember(ben), ana.setMember(ben, 'owner'), ana.updateRoom({ title: 'x' })]);
    await server.settle();
    expect(await answers).toEqual([fault(code), fault(code), fault(code)].map((why) => ({ ok: false, fault: why })));
    expect(ana.view.connection).toEqual({ kind: 'online' });
  },
);

test('a title that fits no schema is refused here and never sent: it would cost the connection', async () => {
  const { ana, asked } = await inRoom({ value: room });
  expect(await ana.updateRoom({ title: '   ' })).toMatchObject({ ok: false, fault: { code: 'bad_request' } });
  expect(asked).toEqual([]);
});

test('a reply that comes with another shape is no member', async () => {
  const { ana, server } = await inRoom({ value: { user: 'ben', role: 'emperor' } });
  const answer = ana.setMember(ben, 'reader');
  await server.settle();
  expect(await answer).toMatchObject({ ok: false, fault: { code: 'internal' } });
});
