import { createConnection, type AddressInfo } from 'node:net';
import { fault } from '@parley/shared/fault';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testToken } from '../kit/edge-world.ts';
import { DOC, KEEP_ALIVE, SOCKET, SocketWorld, SPEAKER, UPDATE, WORKSPACE } from '../kit/socket-world.ts';

let world: SocketWorld;
beforeEach(async () => {
  world = await SocketWorld.start();
});
afterEach(async () => {
  await world.stop();
  world.log.assertNoErrors();
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
