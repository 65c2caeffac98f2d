import { createConnection } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fault } from '@parley/shared/fault';
import { encodeControl, encodeDocFrame, decodeFrame, type Up } from '@parley/shared/socket';
import type { UserId } from '@parley/shared/ids';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testToken, testVerify } from '../kit/edge-world.ts';
import { SocketWorld, SPEAKER } from '../kit/socket-world.ts';

let world: SocketWorld;
beforeEach(async () => {
  world = await SocketWorld.start();
});
afterEach(async () => {
  await world.stop();
  world.log.assertNoErrors();
});

const DOC = '/v1/rooms/den/docs/transcript';
const WORKSPACE = '/v1/rooms/den/docs/workspace';
const SOCKET = '/v1/rooms/den/socket';
const UPDATE = Uint8Array.from([0, 2, 2, 0, 0]);
const KEEP_ALIVE = Uint8Array.from([1, 1, 0]);

function up(message: Up): Uint8Array {
  return encodeControl(message);
}

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

describe('a stock provider', () => {
  test('W7 what it sends reaches the room as it came, and messages for it come back one to a frame', async () => {
    const room = world.openRoom('den');
    const socket = world.connect(DOC);
    const { peer } = await room.hears('open');
    socket.send(Uint8Array.from([0, 0, 1, 0]));
    expect((await room.hears('message')).bytes).toEqual(Uint8Array.from([0, 0, 1, 0]));
    const big = new Uint8Array(300_000).fill(7);
    room.say({ type: 'sync', peer, doc: 'transcript', messages: [UPDATE, big, UPDATE] });
    expect(await socket.next()).toEqual(UPDATE);
    expect(await socket.next()).toEqual(big);
    expect(await socket.next()).toEqual(UPDATE);
  });

  test('W18 updates and presence of a document reach all who have it open and nobody else', async () => {
    const room = world.openRoom('den');
    const [one, two, other] = [world.connect(DOC), world.connect(DOC, { as: 'ben' }), world.connect(WORKSPACE)];
    await room.hears('open', 3);
    const sender = room.heard.find((message) => message.type === 'open' && message.doc === 'workspace');
    room.say(
      { type: 'update', doc: 'transcript', message: UPDATE },
      { type: 'update', doc: 'transcript', message: Uint8Array.from([0, 2, 1, 9]) },
      { type: 'presence', doc: 'transcript', message: KEEP_ALIVE },
      ...(sender === undefined
        ? []
        : [{ type: 'update' as const, doc: 'workspace' as const, message: UPDATE, except: sender.peer }]),
      { type: 'presence', doc: 'workspace', message: Uint8Array.from([1, 2, 0, 0]) },
    );
    for (const socket of [one, two]) {
      expect(await socket.next()).toEqual(UPDATE);
      expect(await socket.next()).toEqual(Uint8Array.from([0, 2, 1, 9]));
      expect(await socket.next()).toEqual(KEEP_ALIVE);
    }
    expect(await other.next()).toEqual(Uint8Array.from([1, 2, 0, 0]));
  });

  test('R9 transcript.me is another document for each person', async () => {
    const room = world.openRoom('den');
    const path = '/v1/rooms/den/docs/transcript.me';
    const [ana, ben] = [world.connect(path), world.connect(path, { as: 'ben' })];
    await room.hears('open', 2);
    room.say({ type: 'update', doc: 'transcript.me:ben', message: UPDATE });
    room.say({ type: 'update', doc: 'transcript.me:ana', message: Uint8Array.from([0, 2, 1, 1]) });
    expect(await ana.next()).toEqual(Uint8Array.from([0, 2, 1, 1]));
    expect(await ben.next()).toEqual(UPDATE);
  });

  test('W7 text frames close 4400, empty ones too', async () => {
    const room = world.openRoom('den');
    const [text, empty] = [world.connect(DOC), world.connect(DOC)];
    await room.hears('open', 2);
    text.send('hello');
    empty.send(new Uint8Array(0));
    expect((await text.closed).code).toBe(4400);
    expect((await empty.closed).code).toBe(4400);
  });

  test('A12 W7 a message over 256 KiB closes 4413, one over the socket limit 1009', async () => {
    const room = world.openRoom('den');
    const [large, huge] = [world.connect(WORKSPACE), world.connect(WORKSPACE)];
    await room.hears('open', 2);
    large.send(new Uint8Array(257 * 1024));
    huge.send(new Uint8Array(2 * 1024 * 1024 + 1));
    expect((await large.closed).code).toBe(4413);
    expect((await huge.closed).code).toBe(1009);
  });

  test('W20 too many frames close 4429', async () => {
    const room = world.openRoom('den');
    const socket = world.connect(WORKSPACE);
    await room.hears('open');
    for (let i = 0; i < 5_001; i++) socket.send(UPDATE);
    expect((await socket.closed).code).toBe(4429);
    expect(room.heard.filter(({ type }) => type === 'message').length).toBe(5_000);
  });

  test('W2 a refused document closes with the code of its fault', async () => {
    const room = world.openRoom('den');
    const [written, gap] = [world.connect(DOC), world.connect(DOC)];
    const peers = [await room.hears('open', 1), await room.hears('open', 2)];
    room.say({ type: 'refused', peer: peers[0]!.peer, doc: 'transcript', fault: fault('read_only') });
    room.say({ type: 'refused', peer: peers[1]!.peer, doc: 'transcript', fault: fault('bad_update') });
    const codes = [(await written.closed).code, (await gap.closed).code];
    expect(new Set(codes)).toEqual(new Set([4400, 4403]));
  });

  test('W8 every socket hears something every 20 s, also while its document loads', async () => {
    const room = world.room('den');
    room.onMessage = (message) => {
      if (message.type === 'attach') room.say({ type: 'attached', peer: message.peer, standing: SPEAKER, levels: {} });
    };
    const socket = world.connect(DOC);
    await room.hears('open');
    for (let i = 0; i < 6; i++) {
      world.clock.advance(20_000);
      expect(await socket.next()).toEqual(KEEP_ALIVE);
    }
  });

  test('W8 a peer that shows no sign of life is gone, and the room is told', async () => {
    const room = world.openRoom('den');
    const socket = createConnection({
      host: '127.0.0.1',
      port: Number(world.host.split(':')[1]),
    } satisfies Partial<AddressInfo> & { host: string });
    socket.on('error', () => {});
    const key = Buffer.alloc(16).toString('base64');
    socket.write(
      `GET ${DOC} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
        `Sec-WebSocket-Key: ${key}\r\nAuthorization: Bearer ${testToken({ user: 'ana' })}\r\n\r\n`,
    );
    await room.hears('open');
    world.clock.advance(75_000);
    await room.hears('detach');
    socket.destroy();
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

describe('slow readers', () => {
  const PIECE = new Uint8Array(200_000).fill(5);

  /** Says updates to a client that does not read until its queue is over the soft bound. */
  async function congested() {
    const room = world.openRoom('den');
    const socket = world.connect(DOC);
    const { peer } = await room.hears('open');
    socket.ws.pause();
    // The kernel takes some megabytes before anything queues here.
    for (let i = 0; i < 80; i++) room.say({ type: 'update', doc: 'transcript', message: PIECE });
    await new Promise((resolve) => setImmediate(resolve));
    return { room, socket, peer };
  }

  test('W15 beyond 1 MiB updates are left out, and made up for by a resync when the peer drains', async () => {
    const { room, socket, peer } = await congested();
    socket.ws.resume();
    const asked = await room.hears('resync');
    expect(asked).toEqual({ type: 'resync', peer, doc: 'transcript' });
    // Until the answer comes, updates stay out: the answer holds them.
    room.say({ type: 'update', doc: 'transcript', message: Uint8Array.from([0, 2, 1, 1]) });
    room.say({ type: 'sync', peer, doc: 'transcript', messages: [Uint8Array.from([0, 1, 1, 2])] });
    room.say({ type: 'update', doc: 'transcript', message: Uint8Array.from([0, 2, 1, 3]) });
    const small: Uint8Array[] = [];
    while (small.length < 2) {
      const frame = await socket.next();
      if (frame.length < 10) small.push(frame);
    }
    expect(small).toEqual([Uint8Array.from([0, 1, 1, 2]), Uint8Array.from([0, 2, 1, 3])]);
  });

  test('W15 30 s beyond the bound closes 1013 and is counted', async () => {
    const { socket } = await congested();
    world.clock.advance(30_000);
    socket.ws.resume();
    expect((await socket.closed).code).toBe(1013);
    expect(world.metrics.counted('parley_slow_readers_total')).toBe(1);
  });

  test('W15 8 MiB of what must not be left out closes 1013', async () => {
    const room = world.openRoom('den');
    const socket = world.connect(SOCKET);
    await socket.says('welcome');
    const { peer } = await room.hears('attach');
    socket.ws.pause();
    const value = { entry: 'x'.repeat(1_000_000) } as never;
    for (let i = 0; i < 30; i++) room.say({ type: 'reply', peer, request: String(i), result: { ok: true, value } });
    await room.hears('detach');
    socket.ws.resume();
    expect((await socket.closed).code).toBe(1013);
  });

  test('W15 a first sync larger than all bounds reaches a slow reader whole', async () => {
    const room = world.openRoom('den');
    const socket = world.connect(DOC);
    const { peer } = await room.hears('open');
    socket.ws.pause();
    const parts = Array.from({ length: 60 }, (_, i) => new Uint8Array(250_000).fill(i));
    room.say({ type: 'sync', peer, doc: 'transcript', messages: parts });
    await new Promise((resolve) => setImmediate(resolve));
    world.clock.advance(10_000);
    socket.ws.resume();
    for (const part of parts) expect((await socket.next())[0]).toBe(part[0]);
  });
});

describe('the Parley client', () => {
  async function welcomed(as = 'ana') {
    const room = world.openRoom('den');
    const socket = world.connect(SOCKET, { as });
    const welcome = await socket.says('welcome');
    const { peer } = await room.hears('attach');
    return { room, socket, welcome, peer };
  }

  test('W19 it is welcomed with who it is and what it may do', async () => {
    const { welcome } = await welcomed();
    expect(welcome).toMatchObject({
      protocol: 1,
      you: { id: 'ana', name: 'ana', color: expect.stringMatching(/^#/) },
      role: 'speaker',
    });
    expect(welcome.capabilities).toContain('prompt.room');
    expect(welcome.capabilities).not.toContain('role.set');
  });

  test('W19 W14 documents are opened by name and multiplexed; what is saved is told', async () => {
    const { room, socket, peer } = await welcomed();
    socket.send(up({ type: 'open', doc: 'workspace' }));
    expect(await socket.says('opened')).toEqual({ type: 'opened', doc: 'workspace', writable: true });
    socket.send(encodeDocFrame('workspace', UPDATE));
    expect(await room.hears('message')).toMatchObject({ peer, doc: 'workspace', bytes: UPDATE });
    room.say(
      { type: 'update', doc: 'workspace', message: UPDATE },
      { type: 'saved', peer, doc: 'workspace', count: 1 },
    );
    // An acknowledgement says nothing about what others wrote, so it overtakes that.
    expect(await socket.says('saved')).toEqual({ type: 'saved', doc: 'workspace', count: 1 });
    expect(decodeFrame(await socket.next())).toEqual({ kind: 'doc', doc: 'workspace', message: UPDATE });
  });

  test('W19 a closed document hears nothing more, and its late frames are dropped', async () => {
    const { room, socket } = await welcomed();
    socket.send(up({ type: 'open', doc: 'workspace' }));
    await socket.says('opened');
    socket.send(up({ type: 'close', doc: 'workspace' }));
    socket.send(encodeDocFrame('workspace', UPDATE));
    socket.send(up({ type: 'open', doc: 'transcript' }));
    await socket.says('opened');
    room.say(
      { type: 'update', doc: 'workspace', message: UPDATE },
      { type: 'update', doc: 'transcript', message: UPDATE },
    );
    expect(decodeFrame(await socket.next())).toMatchObject({ doc: 'transcript' });
    expect(room.heard.filter(({ type }) => type === 'message')).toEqual([]);
  });

  test('W19 an impossible document, a refused one and too large a message end the document and not the socket', async () => {
    const { room, socket, peer } = await welcomed();
    socket.send(up({ type: 'open', doc: 'secrets' }));
    expect(await socket.says('closed')).toMatchObject({ doc: 'secrets', fault: { code: 'not_found' } });
    socket.send(up({ type: 'open', doc: 'workspace' }));
    await socket.says('opened');
    room.say({ type: 'refused', peer, doc: 'workspace', fault: fault('bad_update') });
    expect(await socket.says('closed')).toMatchObject({ doc: 'workspace', fault: { code: 'bad_update' } });
    socket.send(up({ type: 'open', doc: 'workspace' }));
    await socket.says('opened');
    socket.send(encodeDocFrame('workspace', new Uint8Array(257 * 1024)));
    expect(await socket.says('closed')).toMatchObject({ doc: 'workspace', fault: { code: 'too_large' } });
  });

  test('W19 commands are answered by their number, refusals too, in order with documents', async () => {
    const { room, socket } = await welcomed();
    room.answer = (command) =>
      command.type === 'room.get' ? { ok: true, value: {} as never } : { ok: false, fault: fault('queue_full') };
    socket.send(up({ type: 'command', request: 7, command: { type: 'room.get' } }));
    expect(await socket.says('reply')).toEqual({ type: 'reply', request: 7, value: {} });
    socket.send(up({ type: 'command', request: 8, command: { type: 'member.list' } }));
    expect(await socket.says('refused')).toMatchObject({ request: 8, fault: { code: 'queue_full' } });
  });

  test('W7 a command that does not fit is refused by its number; what is no message at all closes 4400', async () => {
    const { socket } = await welcomed();
    socket.send(up({ type: 'command', request: 9, command: { type: 'room.get', extra: 1 } as never }));
    expect(await socket.says('refused')).toMatchObject({ request: 9, fault: { code: 'bad_request' } });
    socket.send(up({ type: 'nonsense' } as never));
    expect(await socket.says('goodbye')).toMatchObject({ fault: { code: 'bad_frame' } });
    expect((await socket.closed).code).toBe(4400);
  });

  test('W17 a removed person is told by whom and when, then closed 4404', async () => {
    const { room, socket, peer } = await welcomed();
    room.say(
      { type: 'standing', user: 'ana' as UserId, standing: { tenantRole: 'member', role: null }, levels: {} },
      { type: 'detached', peer, fault: fault('not_found', 'You were removed from this room.'), by: 'ben', at: 5 },
    );
    expect(await socket.says('goodbye')).toMatchObject({ fault: { code: 'not_found' }, by: 'ben', at: 5 });
    expect((await socket.closed).code).toBe(4404);
  });

  test('W17 changed rights are told at once', async () => {
    const { room, socket } = await welcomed();
    room.say({
      type: 'standing',
      user: 'ana' as UserId,
      standing: { tenantRole: 'member', role: 'reader' },
      levels: {},
    });
    const rights = await socket.says('rights');
    expect(rights.role).toBe('reader');
    expect(rights.capabilities).not.toContain('workspace.edit');
  });

  test('W16 a renewed token keeps the socket past the end of the old one', async () => {
    const room = world.openRoom('den');
    const now = world.clock.now();
    const socket = world.connect(SOCKET, { token: testToken({ user: 'ana', expiresAt: now + 10_000 }) });
    await socket.says('welcome');
    socket.send(up({ type: 'renew', token: testToken({ user: 'ana', expiresAt: now + 20_000 }) }));
    expect(await socket.says('renewed')).toEqual({ type: 'renewed', expiresAt: now + 20_000 });
    world.clock.advance(19_999);
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
    world.clock.advance(1);
    expect((await socket.closed).code).toBe(4401);
    expect(room.heard.filter(({ type }) => type === 'attach')).toHaveLength(1);
  });

  test.each([
    ['somebody else', testToken({ user: 'ben' }), 4409],
    ['the same name in another tenant', testToken({ user: 'ana', tenant: 'other' }), 4409],
    ['a forged token', 'forged', 4401],
    ['another tenant role', testToken({ user: 'ana', role: 'guest' }), 1013],
  ])('A9 W16 renewal as %s closes %3$d', async (_who, token, code) => {
    const { socket } = await welcomed();
    socket.send(up({ type: 'renew', token }));
    expect((await socket.closed).code).toBe(code);
  });

  test('W8 every open document and the socket itself hear something every 20 s', async () => {
    const { socket } = await welcomed();
    socket.send(up({ type: 'open', doc: 'transcript' }));
    await socket.says('opened');
    world.clock.advance(20_000);
    expect(decodeFrame(await socket.next())).toEqual({ kind: 'doc', doc: 'transcript', message: KEEP_ALIVE });
    expect(await socket.says('rights')).toMatchObject({ role: 'speaker' });
  });
});

async function verified() {
  const verdict = await testVerify.verify(testToken({ user: 'ana' }));
  if (verdict.kind !== 'valid') throw new Error('the double is broken');
  return verdict;
}
