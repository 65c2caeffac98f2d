import { MemoryJournal } from '@parley/server/adapters/store/journal-memory';
import type { ModelRequest } from '@parley/server/ports/model';
import { expect, test } from 'vitest';
import { flawOf } from './canaries.ts';
import { TestClock } from './clock.ts';
import { FrameSink } from './held-socket.ts';
import { NodeClock, NodeDisk } from './node-parts.ts';
import { REF } from './room-ref.ts';
import { World } from './world.ts';

function diskWith(luck: number): { clock: TestClock; journal: MemoryJournal; disk: NodeDisk } {
  const clock = new TestClock();
  const journal = new MemoryJournal();
  const broken = (what: string): never => {
    throw new Error(what);
  };
  return {
    clock,
    journal,
    disk: new NodeDisk({ journal, clock, random: () => luck, sovereign: { epoch: 0, broken } }),
  };
}

test('when a node dies, what was on its way to the disk has landed or has not, and no answer comes', async () => {
  for (const luck of [0.4, 0.6]) {
    const { clock, journal, disk } = diskWith(luck);
    const { epoch } = await disk.acquire(REF);
    let answered = false;
    void disk
      .append(REF, epoch, { expectedSeq: 0, records: [], updates: [], busy: true })
      .then(() => (answered = true));
    await disk.die();
    clock.advance(1_000);
    expect(await journal.unfinished()).toHaveLength(luck < 0.5 ? 0 : 1);
    expect(answered).toBe(false);
  }
});

test('the timers of a dead node do not fire', () => {
  const clock = new TestClock();
  const node = new NodeClock(clock);
  let fired = 0;
  node.after(10, () => (fired += 1));
  clock.advance(10);
  node.after(10, () => (fired += 1));
  node.die();
  clock.advance(10);
  expect(fired).toBe(1);
});

test('frames are taken apart wherever the bytes were cut, whatever their length', () => {
  const taken: number[] = [];
  const sink = new FrameSink((payload) => taken.push(payload.length));
  const frames = Buffer.concat([
    Buffer.from([0x82, 1, 7]),
    Buffer.from([0x82, 126, 1, 0]),
    Buffer.alloc(256),
    Buffer.from([0x82, 0]),
  ]);
  for (const byte of frames) sink.write(Uint8Array.of(byte));
  sink.write(frames);
  expect(taken).toEqual([1, 256, 0, 1, 256, 0]);
});

test('a request that is no conversation, or holds what is private to another, is seen', () => {
  const request = (...messages: ['system' | 'user' | 'assistant', string][]): ModelRequest => ({
    messages: messages.map(([role, content]) => ({ role, content })),
    inputTokens: 1,
    maxOutputTokens: 1,
    tools: [],
    allowedTools: [],
    cacheKey: '',
    caller: REF,
  });
  expect(flawOf(request(['system', 's'], ['user', 'open.ana.1.']))).toBeNull();
  expect(flawOf(request(['system', 's'], ['user', 'secret.ana.1. and secret.ana.2.']))).toBeNull();
  expect(flawOf(request(['user', 'open.ana.1.']))).toContain('begins');
  expect(flawOf(request(['system', 's'], ['user', 'a'], ['user', 'open.ana.1.']))).toContain('user,user');
  expect(flawOf(request(['system', 's'], ['user', 'secret.bob.1. open.ana.1.']))).toContain('secret.bob.1.');
  expect(flawOf(request(['system', 's'], ['user', 'secret.bob.1. secret.ana.1.']))).toContain('secret.bob.1.');
});

test('people in a world meet through the real server and the real client, and a slow line holds what it carries', async () => {
  const world = await World.open(3, { ana: 1, bob: 1 });
  const [ana, bob] = world.devices;
  if (!ana || !bob) throw new Error('two people have two devices');
  bob.slow = true;
  ana.client.say('good morning');
  await world.advance(100);
  expect(bob.client.view.room.entries).toEqual([]);
  bob.slow = false;
  await world.settle();
  expect(bob.client.view.room.entries.map(({ text }) => text)).toEqual(['good morning']);
  world.close();
});
