import { mintTenant } from '@parley/server/core/tenant';
import { must } from '@parley/shared/assert';
import { UserId } from '@parley/shared/ids';
import { encodeControl } from '@parley/shared/socket';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testToken } from '../../kit/edge-world.ts';
import { SocketWorld } from '../../kit/socket-world.ts';

let world: SocketWorld;
beforeEach(async () => {
  world = await SocketWorld.start();
  world.clock.advance(10_000);
});
afterEach(() => world.stop());

const ROOT = { token: testToken({ user: 'root', role: 'admin' }) };
const SOCKET = '/v1/rooms/den/socket';

function revoke(user: string): Promise<Response> {
  return world.call('POST', `/v1/people/${user}/revoke`, ROOT);
}

/** A token issued so many milliseconds after now. */
function fresh(user: string, ms: number, more = {}): string {
  return testToken({ user, issuedAt: world.clock.now() + ms, ...more });
}

test('R17 every token issued until then is refused, one that does not say counts as old, and a later one is good', async () => {
  const old = [fresh('ben', -1), fresh('ben', 0), testToken({ user: 'ben', issuedAt: 0 })];
  const other = [testToken({ user: 'ana' }), testToken({ user: 'ben', tenant: 'other' })];
  const later = fresh('ben', 1);
  expect((await world.call('GET', '/v1/rooms', { token: old[0] ?? '' })).status).toBe(200);
  expect(await (await revoke('ben')).json()).toEqual({ user: 'ben', revokedAt: world.clock.now() });
  const status = async (token: string) => (await world.call('GET', '/v1/rooms', { token })).status;
  expect(await Promise.all(old.map(status))).toEqual([401, 401, 401]);
  expect(await Promise.all([...other, later].map(status))).toEqual([200, 200, 200]);
});

test('R17 a refused token is refused like a forged one', async () => {
  await revoke('ben');
  const bytes = async (token: string) => (await world.call('GET', '/v1/rooms', { token })).text();
  expect(await bytes(testToken({ user: 'ben' }))).toBe(await bytes('forged'));
});

test('R17 open sockets of the person close with 4401 at once, of either kind, and nobody else’s', async () => {
  world.openRoom('den');
  const [mine, stock, hers, theirs] = [
    world.connect(SOCKET, { as: 'ben' }),
    world.connect('/v1/rooms/den/docs/transcript', { as: 'ben' }),
    world.connect(SOCKET, { as: 'ana' }),
    world.connect(SOCKET, { token: fresh('ben', 5_000) }),
  ];
  await Promise.all([mine, hers, theirs].map((socket) => socket.says('welcome')));
  await world.room('den').hears('open');
  await revoke('ben');
  expect((await mine.closed).code).toBe(4401);
  expect((await stock.closed).code).toBe(4401);
  expect([hers.ws.readyState, theirs.ws.readyState]).toEqual([1, 1]);
  expect((await world.connect(SOCKET, { as: 'ben' }).closed).code).toBe(4401);
});

test('R17 a socket that was renewed with a later token stays; an older token renews nothing', async () => {
  world.openRoom('den');
  const socket = world.connect(SOCKET, { as: 'ben' });
  await socket.says('welcome');
  socket.send(encodeControl({ type: 'renew', token: fresh('ben', 1_000) }));
  await socket.says('renewed');
  await revoke('ben');
  socket.send(encodeControl({ type: 'renew', token: fresh('ben', 2_000) }));
  await socket.says('renewed');
  socket.send(encodeControl({ type: 'renew', token: fresh('ben', -1) }));
  expect((await socket.closed).code).toBe(4401);
});

test('R17 a ticket for a socket is worth no more than the token it stands for', async () => {
  world.openRoom('den');
  world.room('den').answer = () => ({ ok: true, value: {} as never });
  const { ticket } = await (await world.call('POST', '/v1/rooms/den/tickets', { as: 'ben' })).json();
  await revoke('ben');
  const socket = world.connect(`${SOCKET}?ticket=${ticket}`, { token: null });
  expect((await socket.closed).code).toBe(4401);
});

test('R17 an event stream ends', async () => {
  const room = world.openRoom('den');
  const response = await world.call('GET', '/v1/rooms/den/events', { as: 'ben' });
  const text = response.text();
  await room.hears('watch');
  await revoke('ben');
  expect(await text).toBe('');
  expect(world.revocations.size).toBe(0);
});

test('R17 a request whose body, or whose room, took its time is not asked with a token revoked meanwhile', async () => {
  const room = world.room('den');
  const [asked, opened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ensure = world.links.ensure.bind(world.links);
  const ben = UserId.parse('ben');
  world.links.ensure = async (ref) => {
    asked.resolve();
    await opened.promise;
    return ensure(ref);
  };
  const prompt = world.call('POST', '/v1/rooms/den/prompts', { as: 'ben', body: { id: 'a', text: 'hi' } });
  await asked.promise;
  await world.people.revoke(must(mintTenant('acme'), 'a tenant'), ben, world.clock.now());
  opened.resolve();
  expect((await prompt).status).toBe(401);
  expect(room.heard).toEqual([]);
});

test('R17 an admin who revokes themselves is gone, and it is on the trail', async () => {
  expect((await revoke('root')).status).toBe(200);
  expect((await world.call('GET', '/v1/audit', ROOT)).status).toBe(401);
  const later = { token: fresh('root', 1, { role: 'admin' }) };
  const { items } = await (await world.call('GET', '/v1/audit', later)).json();
  expect(items).toMatchObject([{ by: 'root', action: 'person.revoke', target: 'root', outcome: 'done' }]);
});
