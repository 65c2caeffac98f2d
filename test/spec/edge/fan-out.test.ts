import { Duplex } from 'node:stream';
import { Outlet } from '@parley/server/edge/backpressure';
import { DocReader } from '@parley/server/edge/doc-reader';
import { frameOf } from '@parley/server/edge/frames';
import type { RoomLink } from '@parley/server/edge/room-link';
import type { OwnerMessage, PeerId } from '@parley/server/ports/bus';
import { fault } from '@parley/shared/fault';
import { UserId } from '@parley/shared/ids';
import { expect, test } from 'vitest';
import { TestClock } from '../../kit/clock.ts';
import { EdgeWorld, type ScriptedRoom } from '../../kit/edge-world.ts';
import { HeldSocket } from '../../kit/held-socket.ts';
import { REF } from '../../kit/room-ref.ts';
import { WirePair } from '../../kit/wire-pair.ts';

const WRITER = 'writer' as PeerId;
const ANA = {
  tenant: REF.tenant,
  user: UserId.parse('ana'),
  name: 'Ana',
  role: 'member',
  groups: [],
  issuedAt: 0,
} as const;

/** A reader of the notes, and each write that reached its socket. */
function reading(peer: string): { reader: DocReader; writes: Buffer[] } {
  const writes: Buffer[] = [];
  const socket = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _encoding, done) => {
      writes.push(chunk);
      done();
    },
  });
  const ws = new HeldSocket(new WirePair('', [], { message: () => {}, closed: () => {} }).server);
  const outlet = new Outlet({ ws, socket, clock: new TestClock(), tooSlow: () => {}, caughtUp: () => {} });
  const named = { flavour: 'stock', doc: 'workspace', key: 'workspace', writable: true } as const;
  return { reader: new DocReader({ ...named, peer: peer as PeerId, outlet }), writes };
}

/** A room, and a reader who is linked to it. */
async function linked(): Promise<{ room: ScriptedRoom; link: RoomLink; writes: Buffer[] }> {
  const world = new EdgeWorld();
  const room = world.room('lobby');
  await world.links.ensure(REF);
  const link = world.links.get(REF);
  const { reader, writes } = reading('reader');
  link.read('workspace', reader);
  return { room, link, writes };
}

/** All that follows in the same tick. */
async function microtasks(): Promise<void> {
  for (let n = 0; n < 10; n++) await Promise.resolve();
}

async function fannedOut(messages: readonly OwnerMessage[]): Promise<Buffer[]> {
  const { room, writes } = await linked();
  room.say(...messages);
  // After what was asked for in the same tick.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  return writes;
}

function update(byte: number): OwnerMessage {
  return { type: 'update', doc: 'workspace', message: Uint8Array.from([0, 2, byte]), except: WRITER };
}

const ending: OwnerMessage = { type: 'refused', peer: WRITER, doc: 'workspace', fault: fault('not_found') };

const saved = (count: number): OwnerMessage => ({ type: 'saved', peer: WRITER, doc: 'workspace', count });

test('D14 changes that come together leave as one write to a reader, each a frame of its own', async () => {
  const writes = await fannedOut([update(1), saved(1), update(2), saved(2), update(3), saved(3)]);
  const frames = [1, 2, 3].map((byte) => frameOf(Uint8Array.from([0, 2, byte])));
  expect(writes).toEqual([Buffer.concat(frames)]);
});

test('W17 what is not an acknowledgement lets out first what came before it', async () => {
  expect(await fannedOut([update(1), ending, update(2)])).toHaveLength(2);
});

test('D14 what the same commit asked for is not held up by a write to each reader', async () => {
  const { room, writes } = await linked();
  room.say(update(1));
  await microtasks();
  expect(writes).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(writes).toHaveLength(1);
});

test('D14 W17 nor by what one reader is told behind it, and all of it leaves in its order', async () => {
  const { room, link, writes } = await linked();
  const heard: number[] = [];
  link.attach({ id: WRITER, principal: ANA, receive: () => heard.push(writes.length) });
  room.say(update(1), ending, update(2), ending);
  await microtasks();
  expect([writes.length, heard]).toEqual([0, []]);
  await new Promise((resolve) => setImmediate(resolve));
  expect([writes.length, heard]).toEqual([2, [1, 2]]);
});

test('W17 what is for one reader is told at once where nothing came before it', async () => {
  const { room, link } = await linked();
  const heard: string[] = [];
  link.attach({ id: WRITER, principal: ANA, receive: ({ type }) => heard.push(type) });
  room.say(ending);
  await microtasks();
  expect(heard).toEqual(['refused']);
});

test('W15 a burst larger than a parcel leaves in several writes, so that a slow reader is noticed in between', async () => {
  const { room, writes } = await linked();
  const large: OwnerMessage = { type: 'update', doc: 'workspace', message: Buffer.alloc(100_000) };
  room.say(large, large, update(3));
  await microtasks();
  expect(writes).toHaveLength(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(writes).toHaveLength(2);
});
