import { setMaxListeners } from 'node:events';
import { hostClock } from '@parley/server/adapters/host/system';
import type { Model, ModelEvent } from '@parley/server/ports/model';
import { must } from '@parley/shared/assert';
import type { Entry } from '@parley/shared/entry';
import type { Redis } from 'ioredis';
import { ClusterWorld } from '../kit/cluster-world.ts';
import { NodeClient } from '../kit/node-client.ts';
import { connected } from '../kit/redis-nodes.ts';

/** What happens to the Redis between nodes. */
export type RedisHarm = 'killed' | 'emptied' | 'nonsense';

const NODES = ['a', 'b'] as const;
const PACE_MS = 4;
const WORDS = 20;
/** Long after a lease that somebody made up has run out. */
const PATIENCE_MS = 60_000;

interface AskedRoom {
  readonly id: string;
  readonly people: readonly NodeClient[];
  readonly asked: string[];
}

/** What was asked in a room, and what its transcript says in the end. */
export interface RoomStory {
  readonly asked: readonly string[];
  readonly entries: readonly Entry[];
}

/**
 * Two nodes, and rooms of two people who come in by different ones: in each room somebody is on a node that does not run
 * it. All ask at a steady rate, whatever happens to Redis.
 */
export class RedisWorld implements AsyncDisposable {
  readonly #world: ClusterWorld;
  readonly #rooms: readonly AskedRoom[];
  #names: readonly string[] = [];

  private constructor(world: ClusterWorld, rooms: readonly AskedRoom[]) {
    this.#world = world;
    this.#rooms = rooms;
  }

  static async start(many: number): Promise<RedisWorld> {
    // Each of a client's providers listens for the end of the process.
    setMaxListeners(1_000, process);
    const world = await ClusterWorld.start(NODES, pacedModel);
    await connected(...world.lines);
    const rooms = await Promise.all(Array.from({ length: many }, (_, n) => openRoom(world, `r${n}`, n % NODES.length)));
    return new RedisWorld(world, rooms);
  }

  /** So many prompts, so many a second; `at` is told how many were asked before each. Resolves when all is told that will be. */
  async ask(many: number, perSecond: number, at: (asked: number) => Promise<void>): Promise<readonly RoomStory[]> {
    const began = performance.now();
    for (let n = 0; n < many; n += 1) {
      await new Promise((go) => setTimeout(go, Math.max(0, began + (n * 1_000) / perSecond - performance.now())));
      await at(n);
      const room = must(this.#rooms[n % this.#rooms.length], 'a room');
      const text = `question ${n}`;
      room.asked.push(text);
      must(room.people[Math.floor(n / this.#rooms.length) % NODES.length], 'somebody asks').room.ask(text);
    }
    return Promise.all(this.#rooms.map((room, n) => this.#told(room, 1 - (n % NODES.length))));
  }

  async harm(harm: RedisHarm): Promise<void> {
    const { redis } = this.#world;
    this.#names = await redis.keys();
    if (harm === 'nonsense') return redis.with((admin) => this.#spoil(admin));
    await redis.kill();
    if (harm === 'emptied') await redis.restart();
  }

  async heal(harm: RedisHarm): Promise<void> {
    if (harm === 'killed') await this.#world.redis.restart();
  }

  async #spoil(admin: Redis): Promise<void> {
    await admin.flushall();
    for (const [n, name] of this.#names.entries()) {
      const spoils = [
        () => admin.set(name, 'nonsense'),
        () => admin.hset(name, 'non', 'sense'),
        () => admin.sadd(name, 'n_nobody-at-all', 'nonsense'),
        // Looks like a lease or an owner, and is nobody's.
        () => admin.set(name, name.endsWith(':lease') ? 'ghost:l_nobody-at-all' : 'n_nobody-at-all', 'PX', 5_000),
      ];
      await spoils[n % spoils.length]?.();
    }
    for (const channel of (await admin.pubsub('CHANNELS')) as string[])
      await admin.publish(channel, Buffer.from(`nonsense for ${channel}`));
  }

  /** What somebody reads who comes in late by a node, once all that was asked is answered or enough was waited for it. */
  async #told({ id, asked }: AskedRoom, node: number): Promise<RoomStory> {
    const reader = await entered(this.#world, id, node, 'late');
    const over = reader.until(({ room: { entries, tickets, answering } }) => {
      const prompts = entries.filter(({ kind }) => kind === 'prompt');
      return prompts.length >= asked.length && tickets.length === 0 && answering === null;
    });
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())]);
    const { entries } = reader.view.room;
    reader.close();
    return { asked, entries };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { people } of this.#rooms) for (const person of people) person.close();
    await this.#world.drain();
    await this.#world[Symbol.asyncDispose]();
  }
}

/** Its maker, by whose node it runs, and somebody on the other node. */
async function openRoom(world: ClusterWorld, id: string, node: number): Promise<AskedRoom> {
  const maker = world.person(node, 'maker');
  await maker.must('POST', '/v1/rooms', { id, title: 'Room' });
  await maker.must('PUT', `/v1/rooms/${id}/members/other`, { role: 'speaker' });
  await maker.must('PUT', `/v1/rooms/${id}/members/late`, { role: 'speaker' });
  const people = [await entered(world, id, node, 'maker'), await entered(world, id, 1 - node, 'other')];
  return { id, people, asked: [] };
}

async function entered(world: ClusterWorld, room: string, node: number, user: string) {
  const { token } = world.person(node, user);
  return new NodeClient({ server: world.url(node), room, token: () => token }).online();
}

const pacedModel: Model = {
  name: 'paced',
  saysReady: true,
  async *stream(_request, signal): AsyncGenerator<ModelEvent, void, undefined> {
    yield { type: 'ready' };
    for (let word = 1; word <= WORDS && !signal.aborted; word += 1) {
      await new Promise<void>((resolve) => hostClock.after(PACE_MS, resolve));
      yield { type: 'text', text: `w${word} ` };
    }
    const usage = { model: 'paced', inputTokens: 1, cachedTokens: 0, outputTokens: WORDS };
    yield {
      type: 'end',
      end: signal.aborted ? { reason: 'failed', class: 'aborted', detail: '' } : { reason: 'stop', usage },
    };
  },
};
