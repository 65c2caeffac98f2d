import { Duplex } from 'node:stream';
import { Outlet } from '@parley/server/edge/backpressure';
import { DocReader } from '@parley/server/edge/doc-reader';
import { ASKED_HARD, ASKING_FRAMES, FRAME_BURST, QUEUE_HARD } from '@parley/server/edge/limits';
import { Throttle } from '@parley/server/edge/throttle';
import { Tickets } from '@parley/server/edge/tickets';
import type { PeerId } from '@parley/server/ports/bus';
import { presenceMessage, step1Message, step2Message } from '@parley/server/room/documents/doc-message';
import { encodeControl, encodeDocFrame } from '@parley/shared/socket';
import { RoomId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { TestClock } from '../kit/clock.ts';
import { seededIds } from '../kit/ids.ts';
import { SocketWorld } from '../kit/socket-world.ts';
import { HeldSocket } from '../kit/held-socket.ts';
import { testToken, testVerify } from '../kit/edge-world.ts';
import { WirePair } from '../kit/wire-pair.ts';

/** A reader whose connection takes nothing, ever. */
function neverReading() {
  let givenUp = false;
  const socket = new Duplex({ read: () => {}, write: () => {} });
  const outlet = new Outlet({
    ws: new HeldSocket(new WirePair('', [], { message: () => {}, closed: () => {} }).server),
    socket,
    clock: new TestClock(),
    tooSlow: () => {
      givenUp = true;
    },
    caughtUp: () => {},
  });
  const reader = new DocReader({
    peer: 'p' as PeerId,
    flavour: 'stock',
    doc: 'workspace',
    key: 'workspace',
    writable: true,
    outlet,
  });
  return { reader, outlet, givenUp: () => givenUp };
}

test('A14 A31 who asks for presence and reads none of it is closed at 8 MiB', () => {
  const { reader, outlet, givenUp } = neverReading();
  const everybody = presenceMessage(new Uint8Array(100_000));
  let asked = 0;
  while (!givenUp() && asked < 1_000) {
    reader.sync([everybody]);
    asked += 1;
  }
  expect(asked).toBeLessThan(100);
  expect(outlet.queued).toBeLessThan(QUEUE_HARD + 200_000);
});

test('A14 who asks for a document again and again and reads none of it is closed', () => {
  const { reader, givenUp } = neverReading();
  const part = step2Message(new Uint8Array(1_000_000));
  let asked = 0;
  while (!givenUp() && asked < 1_000) {
    reader.sync([part]);
    asked += 1;
  }
  expect(asked * 1_000_000).toBeLessThan(ASKED_HARD + 5_000_000);
});

test.each(['stock', 'parley'])(
  'A12 a %s socket that asks for state without end is told to slow down, long before its frames run out',
  async (kind) => {
    const world = await SocketWorld.start();
    try {
      const room = world.openRoom('den');
      const ask = step1Message(new Uint8Array([0]));
      const socket = world.connect(kind === 'stock' ? '/v1/rooms/den/docs/workspace' : '/v1/rooms/den/socket');
      if (kind === 'parley') {
        await socket.says('welcome');
        socket.send(encodeControl({ type: 'open', doc: 'workspace' }));
      }
      await room.hears('open');
      for (let n = 0; n < 150; n++) socket.send(kind === 'stock' ? ask : encodeDocFrame('workspace', ask));
      expect((await socket.closed).code).toBe(4429);
      expect(room.heard.filter(({ type }) => type === 'message').length).toBeLessThanOrEqual(
        FRAME_BURST / ASKING_FRAMES,
      );
      world.log.assertNoErrors();
    } finally {
      await world.stop();
    }
  },
);

test('A2 A11 tickets that nobody uses and windows that are over do not stay', async () => {
  const clock = new TestClock();
  const tickets = new Tickets(clock, seededIds(3));
  const verdict = await testVerify.verify(testToken({ user: 'ana' }));
  if (verdict.kind !== 'valid') throw new Error('a good token');
  const throttle = new Throttle(clock, 5, 10_000);
  const room = RoomId.parse('den');
  for (let n = 0; n < 2_000; n++) {
    tickets.issue(verdict, room);
    throttle.count(`stranger ${n}`);
    if (n % 100 === 99) clock.advance(10_000);
  }
  expect([tickets.size, throttle.size].every((size) => size <= 400)).toBe(true);
});
