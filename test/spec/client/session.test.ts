import { fault } from '@parley/shared/fault';
import { afterEach, expect, test } from 'vitest';
import { clientWorld } from '../../kit/client-world.ts';

const worlds: { close(): void }[] = [];
function world() {
  const made = clientWorld();
  worlds.push(made);
  return made;
}
afterEach(() => worlds.splice(0).forEach((made) => made.close()));

test('W33 the client offers parley.v1 and its token as subprotocols, never in the address', async () => {
  const { client, server } = world();
  client('ana');
  await server.settle();
  expect(server.last.server.protocols).toEqual(['parley.v1', 'bearer.ana']);
  expect(server.last.server.url).toBe('wss://parley.test/v1/rooms/lobby/socket');
});

test('W19 a welcomed client is online with its identity and rights', async () => {
  const { client, server } = world();
  const ana = client('ana');
  expect(ana.view.connection).toEqual({ kind: 'connecting' });
  await server.settle();
  expect(ana.view.connection).toEqual({ kind: 'online' });
  expect(ana.view.you).toEqual({ id: 'ana', name: 'ana', color: '#336699' });
  expect(ana.view.role).toBe('speaker');
  expect(ana.view.capabilities.has('prompt.room')).toBe(true);
  expect(ana.view.title).toBe('Planning');
});

test('W33 each connection has a token fetched for it', async () => {
  const { client, clock, server } = world();
  let asked = 0;
  client('ana', () => `token-${++asked}`);
  await server.settle();
  // The tiny server takes the token for the name, and a client is one person.
  server.script.admit = () => fault('unavailable');
  server.last.drop();
  for (let round = 0; round < 3; round += 1) {
    clock.advance(10_000);
    await server.settle();
  }
  expect(server.tokens).toEqual(['token-1', 'token-2', 'token-3', 'token-4']);
});

test('W34 a lost connection comes back after a jittered delay that doubles to 10 s, and starts over after a sync', async () => {
  const { client, clock, server } = world();
  const ana = client();
  await server.settle();
  server.script.admit = () => fault('unavailable');
  const start = clock.now();
  server.last.drop();
  const waits: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    await server.settle();
    waits.push((clock.pending[0] ?? 0) - clock.now());
    clock.advance(waits.at(-1) ?? 0);
  }
  waits.forEach((wait, round) => {
    const full = Math.min(10_000, 100 * 2 ** round);
    expect(wait).toBeGreaterThanOrEqual(full / 2);
    expect(wait).toBeLessThanOrEqual(full);
  });
  expect(new Set(waits.map((wait, round) => wait / Math.min(10_000, 100 * 2 ** round))).size).toBeGreaterThan(5);
  expect(ana.view.connection).toMatchObject({ kind: 'reconnecting', since: start });
  server.script.admit = () => null;
  clock.advance(10_000);
  await server.settle();
  expect(ana.view.connection).toEqual({ kind: 'online' });
  server.last.drop();
  await server.settle();
  clock.advance(100);
  await server.settle();
  expect(ana.view.connection).toEqual({ kind: 'online' });
});

test('W34 the news that the network is back cuts the wait short', async () => {
  const { client, networkBack, server } = world();
  const ana = client();
  await server.settle();
  server.last.drop();
  networkBack();
  await server.settle();
  expect(ana.view.connection).toEqual({ kind: 'online' });
  expect(server.pairs).toHaveLength(2);
});

test('W34 the news that the network is gone is believed at once, and the next try waits for it as for any other', async () => {
  const { client, clock, networkBack, networkGone, server } = world();
  const ana = client();
  await server.settle();
  networkGone();
  await server.settle();
  expect(ana.view.connection).toMatchObject({ kind: 'reconnecting' });
  expect(server.pairs).toHaveLength(1);
  networkGone();
  clock.advance(10_000);
  await server.settle();
  expect(ana.view.connection).toEqual({ kind: 'online' });
  networkGone();
  networkBack();
  await server.settle();
  expect([ana.view.connection.kind, server.pairs.length]).toEqual(['online', 3]);
  ana.close();
  networkGone();
  await server.settle();
  expect(server.pairs).toHaveLength(3);
});

test.each([
  ['forbidden', 'forbidden'],
  ['not_found', 'not_found'],
  ['other_identity', 'other_identity'],
  ['bad_frame', 'bad_frame'],
] as const)('W34 a close for %s ends the client for good and says who did it', async (code, shown) => {
  const { client, clock, server } = world();
  const ana = client();
  await server.settle();
  server.goodbye(fault(code), { by: 'Ben', at: 42 });
  await server.settle();
  expect(ana.view.connection).toMatchObject({ kind: 'ended', fault: { code: shown }, by: 'Ben', at: 42 });
  clock.advance(3_600_000);
  await server.settle();
  expect(server.pairs).toHaveLength(1);
});

test('W34 a close code without a goodbye is enough to end the client', async () => {
  const { client, server } = world();
  const ana = client();
  await server.settle();
  server.last.server.close(4404);
  await server.settle();
  expect(ana.view.connection).toMatchObject({ kind: 'ended', fault: { code: 'not_found' } });
});

test('W34 a goodbye counts even when the close code is lost with the link', async () => {
  const { client, server } = world();
  const ana = client();
  await server.settle();
  server.goodbye(fault('not_found'));
  server.last.deliverDown(1);
  server.last.drop();
  await server.settle();
  expect(ana.view.connection).toMatchObject({ kind: 'ended', fault: { code: 'not_found' } });
});

test.each(['unavailable', 'slow_reader', 'internal', 'rate_limited'] as const)(
  'W34 a close for %s is tried again',
  async (code) => {
    const { client, clock, server } = world();
    const ana = client();
    await server.settle();
    server.goodbye(fault(code));
    await server.settle();
    expect(ana.view.connection).toMatchObject({ kind: 'reconnecting', fault: { code } });
    clock.advance(100);
    await server.settle();
    expect(ana.view.connection).toEqual({ kind: 'online' });
  },
);

test('W34 a server that says when to come back is not asked sooner', async () => {
  const { client, clock, server } = world();
  client();
  await server.settle();
  server.goodbye(fault('rate_limited', undefined, { retryAfter: 5 }));
  await server.settle();
  clock.advance(4_999);
  await server.settle();
  expect(server.pairs).toHaveLength(1);
  clock.advance(1);
  await server.settle();
  expect(server.pairs).toHaveLength(2);
});

test('W34 an expired token gets one fresh one, a second refusal is final', async () => {
  const { client, clock, server } = world();
  const ana = client();
  server.script.admit = () => (server.tokens.length === 1 ? fault('token_expired') : null);
  await server.settle();
  clock.advance(100);
  await server.settle();
  expect(ana.view.connection).toEqual({ kind: 'online' });

  server.script.admit = () => fault('unauthenticated');
  server.goodbye(fault('token_expired'));
  await server.settle();
  clock.advance(100);
  await server.settle();
  expect(ana.view.connection).toMatchObject({ kind: 'ended', fault: { code: 'unauthenticated' } });
  expect(server.pairs).toHaveLength(3);
});

test('W33 a token supplier that fails, or never answers, is asked again', async () => {
  const { client, clock, server } = world();
  const tokens = [
    () => Promise.reject(new Error('down')),
    () => new Promise<string>(() => {}),
    () => Promise.resolve('ana'),
  ];
  const ana = client('ana', () => tokens.shift()?.() ?? 'ana');
  await server.settle();
  expect(ana.view.connection).toEqual({ kind: 'reconnecting', since: clock.now() });
  clock.advance(100);
  await server.settle();
  clock.advance(30_000);
  await server.settle();
  clock.advance(200);
  await server.settle();
  expect(ana.view.connection).toEqual({ kind: 'online' });
});

test('W34 a socket that is silent for 30 s is given up', async () => {
  const { client, clock, server } = world();
  const ana = client();
  await server.settle();
  server.last.freeze();
  clock.advance(29_999);
  await server.settle();
  expect(ana.view.connection).toEqual({ kind: 'online' });
  clock.advance(1);
  await server.settle();
  clock.advance(100);
  await server.settle();
  expect(ana.view.connection).toEqual({ kind: 'online' });
  expect(server.pairs).toHaveLength(2);
});

test('W8 a server that talks keeps the socket', async () => {
  const { client, clock, server } = world();
  client();
  await server.settle();
  for (let round = 0; round < 10; round += 1) {
    clock.advance(20_000);
    for (const peer of server.peers) peer.say({ type: 'rights', role: 'speaker', capabilities: ['room.read'] });
    await server.settle();
  }
  expect(server.pairs).toHaveLength(1);
});

test('W33 the token is renewed in band 30 s before it ends, and again while nobody confirms it', async () => {
  const { client, clock, server } = world();
  const ends = clock.now() + 300_000;
  server.tokenEndsAt = () => clock.now() + 300_000;
  let asked = 0;
  client('ana', () => (asked++ === 0 ? 'ana' : `fresh-${asked}`));
  await server.settle();
  const keepAlive = async (ms: number) => {
    for (let gone = 0; gone < ms; gone += 10_000) {
      for (const peer of server.peers) peer.say({ type: 'rights', role: 'speaker', capabilities: [] });
      await server.settle();
      clock.advance(10_000);
      await server.settle();
    }
  };
  await keepAlive(260_000);
  expect(server.tokens).toEqual(['ana']);
  await keepAlive(10_000);
  expect(clock.now()).toBe(ends - 30_000);
  expect(server.tokens).toEqual(['ana', 'fresh-2']);
  await keepAlive(260_000);
  expect(server.tokens).toHaveLength(2);
  await keepAlive(10_000);
  expect(server.tokens).toEqual(['ana', 'fresh-2', 'fresh-3']);
  expect(server.pairs).toHaveLength(1);
});

test("W16 a token for somebody else ends the client: nobody's words go out under another name", async () => {
  const { client, clock, server } = world();
  const tokens = ['ana', 'ben'];
  const ana = client('ana', () => tokens.shift() ?? 'ben');
  await server.settle();
  server.last.drop();
  ana.say('from Ana');
  clock.advance(100);
  await server.settle();
  expect(ana.view.connection).toMatchObject({ kind: 'ended', fault: { code: 'other_identity' } });
  expect(server.accepted).toEqual([]);
});

test('W34 a frame that cannot be read costs the connection, not the client', async () => {
  const { client, clock, server } = world();
  const ana = client();
  await server.settle();
  server.last.deliverText();
  await server.settle();
  expect(ana.view.connection.kind).toBe('reconnecting');
  clock.advance(100);
  await server.settle();
  server.last.server.send(Uint8Array.of(0, 2, 123, 125));
  await server.settle();
  expect(ana.view.connection.kind).toBe('reconnecting');
  clock.advance(200);
  await server.settle();
  expect(ana.view.connection).toEqual({ kind: 'online' });
});

test('W17 new rights are shown, repeated ones change nothing', async () => {
  const { client, server } = world();
  const ana = client();
  await server.settle();
  let calls = 0;
  ana.subscribe(() => (calls += 1));
  const before = ana.view;
  const say = (role: 'speaker' | 'reader') => {
    for (const peer of server.peers)
      peer.say({ type: 'rights', role, capabilities: role === 'reader' ? ['room.read'] : [...before.capabilities] });
    return server.settle();
  };
  await say('speaker');
  expect(ana.view).toBe(before);
  await say('reader');
  expect(ana.view.role).toBe('reader');
  expect([...ana.view.capabilities]).toEqual(['room.read']);
  expect(calls).toBe(1);
});

test('a closed client holds no timer and no socket', async () => {
  const { client, clock, server } = world();
  const ana = client();
  await server.settle();
  void ana.members();
  ana.close();
  await server.settle();
  expect(clock.pending).toEqual([]);
  expect(server.peers.size).toBe(0);
});
