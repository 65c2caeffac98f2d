import { fault } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import { decodeFrame, encodeControl, encodeDocFrame } from '@parley/shared/socket';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testToken } from '../kit/edge-world.ts';
import { KEEP_ALIVE, SOCKET, SocketWorld, UPDATE } from '../kit/socket-world.ts';

let world: SocketWorld;
beforeEach(async () => {
  world = await SocketWorld.start();
});
afterEach(async () => {
  await world.stop();
  world.log.assertNoErrors();
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
    socket.send(encodeControl({ type: 'open', doc: 'workspace' }));
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
    socket.send(encodeControl({ type: 'open', doc: 'workspace' }));
    await socket.says('opened');
    socket.send(encodeControl({ type: 'close', doc: 'workspace' }));
    socket.send(encodeDocFrame('workspace', UPDATE));
    socket.send(encodeControl({ type: 'open', doc: 'transcript' }));
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
    socket.send(encodeControl({ type: 'open', doc: 'secrets' }));
    expect(await socket.says('closed')).toMatchObject({ doc: 'secrets', fault: { code: 'not_found' } });
    socket.send(encodeControl({ type: 'open', doc: 'workspace' }));
    await socket.says('opened');
    room.say({ type: 'refused', peer, doc: 'workspace', fault: fault('bad_update') });
    expect(await socket.says('closed')).toMatchObject({ doc: 'workspace', fault: { code: 'bad_update' } });
    socket.send(encodeControl({ type: 'open', doc: 'workspace' }));
    await socket.says('opened');
    socket.send(encodeDocFrame('workspace', new Uint8Array(257 * 1024)));
    expect(await socket.says('closed')).toMatchObject({ doc: 'workspace', fault: { code: 'too_large' } });
  });

  test('W19 commands are answered by their number, refusals too, in order with documents', async () => {
    const { room, socket } = await welcomed();
    room.answer = (command) =>
      command.type === 'room.get' ? { ok: true, value: {} as never } : { ok: false, fault: fault('queue_full') };
    socket.send(encodeControl({ type: 'command', request: 7, command: { type: 'room.get' } }));
    expect(await socket.says('reply')).toEqual({ type: 'reply', request: 7, value: {} });
    socket.send(encodeControl({ type: 'command', request: 8, command: { type: 'member.list' } }));
    expect(await socket.says('refused')).toMatchObject({ request: 8, fault: { code: 'queue_full' } });
  });

  test('W7 a command that does not fit is refused by its number; what is no message at all closes 4400', async () => {
    const { socket } = await welcomed();
    socket.send(encodeControl({ type: 'command', request: 9, command: { type: 'room.get', extra: 1 } as never }));
    expect(await socket.says('refused')).toMatchObject({ request: 9, fault: { code: 'bad_request' } });
    socket.send(encodeControl({ type: 'nonsense' } as never));
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
    socket.send(encodeControl({ type: 'renew', token: testToken({ user: 'ana', expiresAt: now + 20_000 }) }));
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
    socket.send(encodeControl({ type: 'renew', token }));
    expect((await socket.closed).code).toBe(code);
  });

  test('W8 every open document and the socket itself hear something every 20 s', async () => {
    const { socket } = await welcomed();
    socket.send(encodeControl({ type: 'open', doc: 'transcript' }));
    await socket.says('opened');
    world.clock.advance(20_000);
    expect(decodeFrame(await socket.next())).toEqual({ kind: 'doc', doc: 'transcript', message: KEEP_ALIVE });
    expect(await socket.says('rights')).toMatchObject({ role: 'speaker' });
  });
});
