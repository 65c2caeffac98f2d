import { fault } from '@parley/shared/fault';
import type { Bus, EdgeMessage, OwnerMessage, PeerId } from '@parley/server/ports/bus';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bytes, room } from './journal-samples.ts';

/** A bus whose messages a test can wait for. */
export interface BusWorld {
  readonly bus: Bus;
  /** The same bus as another node sees it; in one process, the same object. */
  readonly elsewhere: Bus;
  /** Resolves when everything sent so far was delivered or dropped. */
  settled(): Promise<void>;
  dispose(): Promise<void>;
}

// The brand exists for the compiler only, and peers are made by the edge.
const peer = (n: number): PeerId => `peer${n}` as PeerId;
const up = (n: number): EdgeMessage => ({ type: 'message', peer: peer(n), doc: 'workspace', bytes: bytes(n & 255) });
const down = (n: number): OwnerMessage => ({ type: 'saved', peer: peer(n), doc: 'workspace', count: n });
const COUNT = 200;
const numbers = Array.from({ length: COUNT }, (_, index) => index);

/** What every bus promises, whatever carries it. */
export function busContract(name: string, open: () => Promise<BusWorld>): void {
  describe(`bus contract: ${name}`, () => {
    let world: BusWorld;
    beforeEach(async () => {
      world = await open();
    });
    afterEach(() => world.dispose());

    order(() => world);
    content(() => world);
    comings(() => world);
  });
}

function order(world: () => BusWorld): void {
  test('D8 what an edge sends, the owner receives in that order', async () => {
    const received: EdgeMessage[] = [];
    world().bus.own(room('a'), (message) => received.push(message));
    // Who owns, or joined, on one node is known on another a moment later.
    await world().settled();
    const edge = world().elsewhere.join(room('a'), () => {});
    for (const n of numbers) edge.send(up(n));
    await world().settled();
    expect(received).toEqual(numbers.map(up));
  });

  test('D8 what the owner publishes, every edge receives in that order', async () => {
    const near: OwnerMessage[] = [];
    const far: OwnerMessage[] = [];
    world().bus.join(room('a'), (message) => near.push(message));
    world().elsewhere.join(room('a'), (message) => far.push(message));
    await world().settled();
    const owner = world().bus.own(room('a'), () => {});
    for (const n of numbers) owner.publish(down(n));
    await world().settled();
    expect(near).toEqual(numbers.map(down));
    expect(far).toEqual(numbers.map(down));
  });

  test('D8 nothing is received inside the call that sends it, both ways', async () => {
    const log: string[] = [];
    const owner = world().bus.own(room('a'), () => log.push('owner received'));
    const edge = world().bus.join(room('a'), () => log.push('edge received'));
    edge.send(up(1));
    log.push('edge sent');
    await world().settled();
    owner.publish(down(1));
    log.push('owner sent');
    await world().settled();
    expect(log).toEqual(['edge sent', 'owner received', 'owner sent', 'edge received']);
  });

  test('D8 answers sent while receiving keep their order and do not overtake', async () => {
    const received: OwnerMessage[] = [];
    const owner = world().bus.own(room('a'), (message) => {
      const n = Number(message.peer.slice(4));
      owner.publish(down(n));
      owner.publish(down(n + 1_000));
    });
    const edge = world().bus.join(room('a'), (message) => received.push(message));
    for (const n of numbers) edge.send(up(n));
    await world().settled();
    await world().settled();
    expect(received).toEqual(numbers.flatMap((n) => [down(n), down(n + 1_000)]));
  });

  test('R11 rooms do not hear each other, nor the same room id in another tenant', async () => {
    const heard: string[] = [];
    for (const ref of [room('a'), room('b'), room('a', 'rival')]) {
      const name = `${ref.tenant.id}/${ref.room}`;
      world().bus.own(ref, () => heard.push(`owner ${name}`));
      world().bus.join(ref, () => heard.push(`edge ${name}`));
    }
    world()
      .bus.join(room('a'), () => {})
      .send(up(1));
    await world().settled();
    expect(heard).toEqual(['owner acme/a']);
    world()
      .bus.own(room('b'), () => {})
      .publish(down(1));
    await world().settled();
    expect(heard).toEqual(['owner acme/a', 'edge acme/b']);
  });
}

/** Plain data of every kind that messages hold, and some that they only could. */
const VALUES = {
  numbers: [0, -1, 0.1, -0, 1_750_000_000_000.5, 2 ** 53 - 1, -(2 ** 40), 1e300, 3.5],
  texts: ['', 'Ada "the first" Ω\u0000\u2028 👩‍🚀', 'x'.repeat(100_000)],
  rest: [null, true, false, undefined, [], {}, [[{ deep: [null] }]]],
  bytes: [new Uint8Array(), bytes(1), new Uint8Array(300_000).fill(7)],
};

function content(world: () => BusWorld): void {
  test('D8 what is sent arrives as it was, both ways, whatever is in it and however much', async () => {
    const up: EdgeMessage[] = [];
    const down: OwnerMessage[] = [];
    const owner = world().bus.own(room('a'), (message) => up.push(message));
    await world().settled();
    const edge = world().elsewhere.join(room('a'), (message) => down.push(message));
    // What it carries is for its ends to understand; the bus promises the same for all plain data.
    const asked = { type: 'attach', peer: peer(1), principal: VALUES } as unknown as EdgeMessage;
    // The same of its answer.
    const answered = { type: 'reply', peer: peer(1), request: '0', result: VALUES } as unknown as OwnerMessage;
    edge.send(asked);
    await world().settled();
    owner.publish(answered);
    await world().settled();
    expect(up).toStrictEqual([asked]);
    expect(down).toStrictEqual([answered]);
  });
}

function comings(world: () => BusWorld): void {
  test('D8 a message to a room without an owner is dropped, not kept for the next one', async () => {
    const received: EdgeMessage[] = [];
    const edge = world().bus.join(room('a'), () => {});
    edge.send(up(1));
    await world().settled();
    world().bus.own(room('a'), (message) => received.push(message));
    await world().settled();
    expect(received).toEqual([]);
    edge.send(up(2));
    await world().settled();
    expect(received).toEqual([up(2)]);
  });

  test('D8 a second owner replaces the first, both ways', async () => {
    const first: EdgeMessage[] = [];
    const second: EdgeMessage[] = [];
    const received: OwnerMessage[] = [];
    const edge = world().elsewhere.join(room('a'), (message) => received.push(message));
    const old = world().bus.own(room('a'), (message) => first.push(message));
    const next = world().elsewhere.own(room('a'), (message) => second.push(message));
    edge.send(up(1));
    old.publish(down(1));
    next.publish(down(2));
    await world().settled();
    expect(first).toEqual([]);
    expect(second).toEqual([up(1)]);
    expect(received).toEqual([down(2)]);
  });

  test('D8 a second owner replaces the first also for those elsewhere', async () => {
    const first: EdgeMessage[] = [];
    const second: EdgeMessage[] = [];
    const received: OwnerMessage[] = [];
    const old = world().bus.own(room('a'), (message) => first.push(message));
    await world().settled();
    const edge = world().elsewhere.join(room('a'), (message) => received.push(message));
    edge.send(up(1));
    await world().settled();
    const next = world().bus.own(room('a'), (message) => second.push(message));
    await world().settled();
    edge.send(up(2));
    old.publish(down(1));
    next.publish(down(2));
    await world().settled();
    expect(first).toEqual([up(1)]);
    expect(second).toEqual([up(2)]);
    expect(received).toEqual([down(2)]);
  });

  test('D8 the close of an owner that was replaced does not close its successor', async () => {
    const received: EdgeMessage[] = [];
    const old = world().bus.own(room('a'), () => {});
    world().bus.own(room('a'), (message) => received.push(message));
    old.close();
    world()
      .bus.join(room('a'), () => {})
      .send(up(1));
    await world().settled();
    expect(received).toEqual([up(1)]);
  });

  test('D8 what was published before the owner closed is delivered, after it nothing', async () => {
    const received: OwnerMessage[] = [];
    world().bus.join(room('a'), (message) => received.push(message));
    const owner = world().bus.own(room('a'), () => {});
    const goodbye: OwnerMessage = { type: 'closing', fault: fault('unavailable') };
    owner.publish(goodbye);
    owner.close();
    owner.publish(down(1));
    await world().settled();
    expect(received).toEqual([goodbye]);
  });

  test('D8 an owner that closed receives nothing any more, even what was on its way', async () => {
    const received: EdgeMessage[] = [];
    const owner = world().bus.own(room('a'), (message) => received.push(message));
    const edge = world().bus.join(room('a'), () => {});
    edge.send(up(1));
    owner.close();
    edge.send(up(2));
    await world().settled();
    expect(received).toEqual([]);
  });

  test('D8 what an edge sent before it closed is delivered, after it nothing; it receives nothing', async () => {
    const received: EdgeMessage[] = [];
    const leftover: OwnerMessage[] = [];
    const owner = world().bus.own(room('a'), (message) => received.push(message));
    const edge = world().bus.join(room('a'), (message) => leftover.push(message));
    const goodbye: EdgeMessage = { type: 'detach', peer: peer(1) };
    edge.send(goodbye);
    owner.publish(down(1));
    edge.close();
    edge.send(up(2));
    await world().settled();
    expect(received).toEqual([goodbye]);
    expect(leftover).toEqual([]);
  });

  test('D8 an edge hears what is published from when it joined', async () => {
    const received: OwnerMessage[] = [];
    const owner = world().bus.own(room('a'), () => {});
    world().bus.join(room('a'), () => {});
    owner.publish(down(1));
    world().bus.join(room('a'), (message) => received.push(message));
    owner.publish(down(2));
    await world().settled();
    expect(received).toEqual([down(2)]);
  });

  test('D8 edges come and go without disturbing the others', async () => {
    const received: OwnerMessage[] = [];
    const owner = world().bus.own(room('a'), () => {});
    const passing = world().bus.join(room('a'), () => {});
    world().bus.join(room('a'), (message) => received.push(message));
    owner.publish(down(1));
    passing.close();
    passing.close();
    owner.publish(down(2));
    await world().settled();
    expect(received).toEqual([down(1), down(2)]);
  });
}
