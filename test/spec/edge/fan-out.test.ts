import { Duplex } from 'node:stream';
import { Outlet } from '@parley/server/edge/backpressure';
import { DocReader } from '@parley/server/edge/doc-reader';
import { frameOf } from '@parley/server/edge/frames';
import type { OwnerMessage, PeerId } from '@parley/server/ports/bus';
import { fault } from '@parley/shared/fault';
import { expect, test } from 'vitest';
import { TestClock } from '../../kit/clock.ts';
import { EdgeWorld } from '../../kit/edge-world.ts';
import { HeldSocket } from '../../kit/held-socket.ts';
import { REF } from '../../kit/room-ref.ts';
import { WirePair } from '../../kit/wire-pair.ts';

const WRITER = 'writer' as PeerId;

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

async function fannedOut(messages: readonly OwnerMessage[]): Promise<Buffer[]> {
  const world = new EdgeWorld();
  const room = world.room('lobby');
  await world.links.ensure(REF);
  const { reader, writes } = reading('reader');
  world.links.get(REF).read('workspace', reader);
  room.say(...messages);
  // After what was asked for in the same tick.
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  return writes;
}

function update(byte: number): OwnerMessage {
  return { type: 'update', doc: 'workspace', message: Uint8Array.from([0, 2, byte]), except: WRITER };
}

const saved = (count: number): OwnerMessage => ({ type: 'saved', peer: WRITER, doc: 'workspace', count });

test('D14 changes that come together leave as one write to a reader, each a frame of its own', async () => {
  const writes = await fannedOut([update(1), saved(1), update(2), saved(2), update(3), saved(3)]);
  const frames = [1, 2, 3].map((byte) => frameOf(Uint8Array.from([0, 2, byte])));
  expect(writes).toEqual([Buffer.concat(frames)]);
});

test('W17 what is not an acknowledgement lets out first what came before it', async () => {
  const ending: OwnerMessage = { type: 'refused', peer: WRITER, doc: 'workspace', fault: fault('not_found') };
  expect(await fannedOut([update(1), ending, update(2)])).toHaveLength(2);
});

test('D14 what the same commit asked for is not held up by a write to each reader', async () => {
  const world = new EdgeWorld();
  const room = world.room('lobby');
  await world.links.ensure(REF);
  const { reader, writes } = reading('reader');
  world.links.get(REF).read('workspace', reader);
  room.say(update(1));
  for (let n = 0; n < 10; n++) await Promise.resolve();
  expect(writes).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(writes).toHaveLength(1);
});
