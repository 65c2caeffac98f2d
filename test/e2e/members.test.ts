import { UserId } from '@parley/shared/ids';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { NodeClient } from '../kit/node-client.ts';
import { RealServer, type RestPerson } from '../kit/server.ts';

let server: RealServer;
let ana: RestPerson;
let ben: RestPerson;
let room: string;
let rooms = 0;
const clients: NodeClient[] = [];

beforeAll(async () => {
  server = await RealServer.start({ env: { PARLEY_LOG: 'error' } });
  ana = await server.person('ana', 'Ana');
  ben = await server.person('ben', 'Ben');
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => server[Symbol.asyncDispose]());

function client(person: RestPerson): NodeClient {
  const one = new NodeClient({ server: server.url, room, token: () => person.token });
  clients.push(one);
  return one;
}

/** Ana in a room of her own, which nobody else may enter. */
async function den(): Promise<NodeClient> {
  room = `den-${++rooms}`;
  await ana.must('POST', '/v1/rooms', { id: room, title: 'Den' });
  return client(ana).online();
}

const BEN = UserId.parse('ben');

test('R13 whom an owner adds comes in, changes of role arrive, and whoever is removed is told by whom', async () => {
  const owner = await den();
  const stranger = await client(ben).until(({ connection }) => connection.kind === 'ended');
  expect(stranger.connection).toMatchObject({ kind: 'ended', fault: { code: 'not_found' } });
  expect(await owner.room.setMember(BEN, 'reader')).toEqual({
    ok: true,
    value: { user: 'ben', name: 'ben', role: 'reader' },
  });
  const guest = await client(ben).online();
  expect(await owner.room.setMember(BEN, 'speaker')).toMatchObject({ ok: true, value: { name: 'Ben' } });
  await guest.until(({ role, capabilities }) => role === 'speaker' && capabilities.has('prompt.room'));
  expect(await guest.room.setMember(BEN, 'owner')).toMatchObject({ ok: false, fault: { code: 'forbidden' } });
  expect(await owner.room.removeMember(BEN)).toEqual({ ok: true, value: {} });
  const { connection } = await guest.until((view) => view.connection.kind === 'ended');
  expect(connection).toMatchObject({ kind: 'ended', fault: { code: 'not_found' }, by: 'ana' });
});

test('everyone sees the new name; once it is open to the organisation, Ben comes in by himself', async () => {
  const owner = await den();
  expect(await owner.room.details()).toMatchObject({ ok: true, value: { title: 'Den', policy: { join: 'invite' } } });
  expect(await owner.room.updateRoom({ join: 'tenant' })).toMatchObject({ ok: true, value: { title: 'Den' } });
  const visitor = await client(ben).online();
  expect(visitor.view.role).toBe('speaker');
  await owner.room.updateRoom({ title: 'Launch week' });
  await visitor.until(({ title }) => title === 'Launch week');
  expect(await owner.room.details()).toMatchObject({ ok: true, value: { policy: { join: 'tenant' } } });
  expect(await visitor.room.updateRoom({ title: 'Mine' })).toMatchObject({
    ok: false,
    fault: { capability: 'policy.set' },
  });
});

test('whoever leaves is told that they did it themselves; the only owner stays', async () => {
  const owner = await den();
  expect(await owner.room.removeMember(UserId.parse('ana'))).toMatchObject({
    ok: false,
    fault: { code: 'last_owner' },
  });
  await owner.room.setMember(BEN, 'speaker');
  const guest = await client(ben).online();
  void guest.room.removeMember(BEN);
  const { connection } = await guest.until((view) => view.connection.kind === 'ended');
  expect(connection).toMatchObject({ kind: 'ended', by: 'ben' });
  expect(await owner.room.members()).toMatchObject({ ok: true, value: [{ user: 'ana' }] });
});
