import { fault } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testToken, testVerify } from '../kit/edge-world.ts';
import { DOC, SOCKET, SocketWorld, UPDATE, WORKSPACE } from '../kit/socket-world.ts';

let world: SocketWorld;
beforeEach(async () => {
  world = await SocketWorld.start();
});
afterEach(async () => {
  await world.stop();
  world.log.assertNoErrors();
});

async function restart(options: Parameters<typeof SocketWorld.start>[0]): Promise<void> {
  await world.stop();
  world = await SocketWorld.start(options);
}

describe('coming in', () => {
  test('W1 the token may come as a subprotocol beside parley.v1, which alone is selected', async () => {
    world.openRoom('den');
    const socket = world.connect(DOC);
    await socket.opened;
    expect(socket.ws.protocol).toBe('parley.v1');
    const { principal } = await world.room('den').hears('attach');
    expect(principal.user).toBe('ana');
  });

  test('W1 the token may come as Authorization: Bearer', async () => {
    world.openRoom('den');
    world.connect(DOC, { protocols: [], headers: { authorization: `Bearer ${testToken({ user: 'ben' })}` } });
    expect((await world.room('den').hears('attach')).principal.user).toBe('ben');
  });

  test('W1 a ticket opens one socket of its room, once, within 30 s', async () => {
    world.openRoom('den');
    const credential = { principal: (await verified()).principal, expiresAt: 9_000_000_000_000 };
    const ticket = () => world.tickets.issue(credential, 'den' as never);
    const used = ticket();
    await world.connect(`${DOC}?ticket=${used}`, { token: null }).opened;
    await world.room('den').hears('open');
    const elsewhere = world.connect(`/v1/rooms/attic/docs/transcript?ticket=${ticket()}`, { token: null });
    const again = world.connect(`${DOC}?ticket=${used}`, { token: null });
    expect([(await again.closed).code, (await elsewhere.closed).code]).toEqual([4401, 4401]);
    const late = ticket();
    world.clock.advance(30_000);
    expect((await world.connect(`${DOC}?ticket=${late}`, { token: null }).closed).code).toBe(4401);
  });

  test('W1 W2 without a token, with a bad one, or with one in the address: accepted, then closed 4401', async () => {
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbmEifQ.c2ln';
    const sockets = [
      world.connect(DOC, { token: null }),
      world.connect(DOC, { token: 'forged' }),
      world.connect(`${DOC}?token=${jwt}`),
      world.connect('/v1/rooms/no room/docs/transcript', { token: null }),
    ];
    expect(await Promise.all(sockets.map(async ({ closed }) => (await closed).code))).toEqual([4401, 4401, 4401, 4401]);
  });

  test('W6 an authority out of reach closes 1013', async () => {
    await restart({ verify: { verify: async () => ({ kind: 'unavailable' }) } });
    expect((await world.connect(DOC).closed).code).toBe(1013);
  });

  test('W4 a check that takes longer than 10 s closes 4408, and nothing is read meanwhile', async () => {
    await restart({ verify: { verify: () => new Promise(() => {}) } });
    const socket = world.connect(DOC);
    await socket.opened;
    socket.send(new Uint8Array(100_000));
    world.clock.advance(10_000);
    expect((await socket.closed).code).toBe(4408);
  });

  test('W3 an absent room, a hidden room and an impossible document close alike with 4404', async () => {
    const room = world.room('den');
    room.onMessage = (message) => {
      if (message.type === 'attach') room.say({ type: 'detached', peer: message.peer, fault: fault('not_found') });
    };
    const ends = await Promise.all(
      [DOC, SOCKET, '/v1/rooms/den/docs/secrets', '/v1/rooms/%2e%2e/socket', '/v1/nowhere'].map(
        (path) => world.connect(path).closed,
      ),
    );
    for (const end of ends) expect(end).toEqual({ code: 4404, reason: 'not_found' });
  });

  test('W2 a room that cannot be had now closes 1013; so does a server that is draining', async () => {
    world.available = false;
    expect((await world.connect(DOC).closed).code).toBe(1013);
    world.available = true;
    world.draining = true;
    expect((await world.connect(DOC).closed).code).toBe(1013);
  });

  test('W2 a room that does not answer closes 1013', async () => {
    const socket = world.connect(DOC);
    await world.room('den').hears('attach');
    world.clock.advance(15_000);
    expect((await socket.closed).code).toBe(1013);
  });

  test('W5 pages of other origins are closed 4403; no Origin, ours and allowed ones come in', async () => {
    await restart({ allowed: ['https://app.example'] });
    world.openRoom('den');
    const from = (origin: string) => world.connect(DOC, { headers: { origin } });
    const evil = ['https://evil.example', 'null', 'https://app.example.evil.example', 'http://app.example'];
    const codes = await Promise.all(evil.map(async (origin) => (await from(origin).closed).code));
    expect(codes).toEqual([4403, 4403, 4403, 4403]);
    from('https://app.example');
    from(`http://${world.host}`);
    world.connect(DOC);
    await world.room('den').hears('open', 3);
  });

  test('W20 who keeps hammering with the same refused token gets HTTP 429; another token still comes in', async () => {
    world.openRoom('den');
    for (let i = 0; i < 20; i++) expect((await world.connect(DOC, { token: 'forged' }).closed).code).toBe(4401);
    await expect(world.connect(DOC, { token: 'forged' }).opened).rejects.toThrow('429');
    await world.connect(DOC).opened;
    world.clock.advance(10_000);
    expect((await world.connect(DOC, { token: 'forged' }).closed).code).toBe(4401);
  });
});

describe('ended rights', () => {
  test('A10 W17 R3 between the message that takes a right away and the next, nothing is delivered', async () => {
    const room = world.openRoom('den');
    const socket = world.connect(DOC);
    const { peer } = await room.hears('open');
    room.say(
      { type: 'update', doc: 'transcript', message: UPDATE },
      { type: 'standing', user: 'ana' as UserId, standing: { tenantRole: 'member', role: null }, levels: {} },
      { type: 'update', doc: 'transcript', message: Uint8Array.from([0, 2, 1, 66]) },
      { type: 'detached', peer, fault: fault('not_found'), by: 'ben', at: 5 },
    );
    expect(await socket.closed).toEqual({ code: 4404, reason: 'not_found' });
    expect(socket.frames).toEqual([UPDATE]);
  });

  test('W17 removal closes 4404 even when only the standing is told', async () => {
    const room = world.openRoom('den');
    const socket = world.connect(DOC);
    await room.hears('open');
    room.say({ type: 'standing', user: 'ana' as UserId, standing: { tenantRole: 'member', role: null }, levels: {} });
    expect((await socket.closed).code).toBe(4404);
  });

  test('W17 losing the right to edit closes a provider that could write 4403, and not one that only reads', async () => {
    const room = world.openRoom('den');
    const [writer, reader] = [world.connect(WORKSPACE), world.connect(DOC)];
    await room.hears('open', 2);
    room.say({
      type: 'standing',
      user: 'ana' as UserId,
      standing: { tenantRole: 'member', role: 'reader' },
      levels: {},
    });
    room.say({ type: 'update', doc: 'transcript', message: UPDATE });
    expect((await writer.closed).code).toBe(4403);
    expect(await reader.next()).toEqual(UPDATE);
  });

  test('A8 W16 a token that ends closes 4401 at that moment', async () => {
    const room = world.openRoom('den');
    const expiresAt = world.clock.now() + 5_000;
    const [socket, late] = [world.connect(DOC, { token: testToken({ user: 'ana', expiresAt }) }), world.connect(DOC)];
    await room.hears('open', 2);
    await Promise.all([socket.opened, late.opened]);
    world.clock.advance(4_999);
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
    world.clock.advance(1);
    expect(await socket.closed).toEqual({ code: 4401, reason: 'token_expired' });
    expect(late.ws.readyState).toBe(late.ws.OPEN);
  });

  test('W2 a room that moves closes 1013', async () => {
    const room = world.openRoom('den');
    const socket = world.connect(DOC);
    await room.hears('open');
    room.say({ type: 'closing', fault: fault('unavailable') });
    expect((await socket.closed).code).toBe(1013);
    expect(world.links.size).toBe(0);
  });

  test('W31 a server that ends closes every socket 1013', async () => {
    const room = world.openRoom('den');
    const sockets = [world.connect(DOC), world.connect(SOCKET, { as: 'ben' })];
    await room.hears('attach', 2);
    const gone = world.sockets.closeAll(2_000);
    expect(await Promise.all(sockets.map(async ({ closed }) => (await closed).code))).toEqual([1013, 1013]);
    await gone;
  });
});

async function verified() {
  const verdict = await testVerify.verify(testToken({ user: 'ana' }));
  if (verdict.kind !== 'valid') throw new Error('the double is broken');
  return verdict;
}
