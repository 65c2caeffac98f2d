import { RedisBus } from '@parley/server/adapters/cluster/bus-redis';
import { RedisLine } from '@parley/server/adapters/cluster/redis/redis-line';
import type { Principal } from '@parley/server/core/people/principal';
import type { RoomRef } from '@parley/server/core/tenant';
import type { Bus, EdgeEnd, OwnerEnd, OwnerMessage, PeerId } from '@parley/server/ports/bus';
import { UserId } from '@parley/shared/ids';
import { TestClock } from './clock.ts';
import { seededIds } from './ids.ts';
import { RecordingLog } from './log.ts';
import { tenantOf } from './tool-world.ts';

/** What the nodes of a test know each other by. */
export const NODES_SECRET = Buffer.alloc(32, 7);

/** What a test needs of one node that speaks to others through Redis. */
export interface RedisNode {
  readonly bus: RedisBus;
  readonly line: RedisLine;
  readonly clock: TestClock;
  readonly log: RecordingLog;
}

let made = 0;

/** Resolves when it is connected. */
export async function openRedisNode(url: string, secret: Uint8Array = NODES_SECRET): Promise<RedisNode> {
  const log = new RecordingLog();
  const clock = new TestClock();
  const line = new RedisLine(url, log);
  const bus = new RedisBus({ line, secret, clock, ids: seededIds((made += 1)), log });
  await connected(line);
  return { bus, line, clock, log };
}

/** Resolves when all of them are up. */
export async function connected(...lines: readonly RedisLine[]): Promise<void> {
  while (!lines.every(({ isUp }) => isUp)) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** The people of a room who come in by a node, as that node's end of the bus has them, and what they were told. */
export class RoomEdge {
  readonly heard: OwnerMessage[] = [];
  readonly #end: EdgeEnd;

  constructor(bus: Bus, ref: RoomRef) {
    this.#end = bus.join(ref, (message) => this.heard.push(message));
  }

  attach(peer: string): void {
    this.#end.send({ type: 'attach', peer: peer as PeerId, principal: principalOf(peer) });
  }

  detach(peer: string): void {
    this.#end.send({ type: 'detach', peer: peer as PeerId });
  }

  /** Something with a number. */
  say(peer: string, n: number): void {
    this.#end.send({ type: 'message', peer: peer as PeerId, doc: 'workspace', bytes: Uint8Array.of(n & 255, n >> 8) });
  }

  /** How often they were told that the room closes. */
  get closings(): number {
    return this.heard.filter(({ type }) => type === 'closing').length;
  }

  close(): void {
    this.#end.close();
  }
}

/** Who runs a room, and what was said to it: the type, by whom, and the number if it has one. */
export class RoomOwner {
  readonly heard: string[] = [];
  readonly #end: OwnerEnd;

  constructor(bus: Bus, ref: RoomRef) {
    this.#end = bus.own(ref, (message) => {
      const number = message.type === 'message' ? ` ${(message.bytes[0] ?? 0) + 256 * (message.bytes[1] ?? 0)}` : '';
      this.heard.push(`${message.type} ${message.peer}${number}`);
    });
  }

  /** Something with a number, to one of them. */
  say(n: number): void {
    this.publish({ type: 'saved', peer: 'p' as PeerId, doc: 'workspace', count: n });
  }

  publish(message: OwnerMessage): void {
    this.#end.publish(message);
  }

  close(): void {
    this.#end.close();
  }
}

function principalOf(user: string): Principal {
  return { tenant: tenantOf('acme'), user: UserId.parse(user), name: user, role: 'member', groups: [], issuedAt: 1 };
}

/** A letter is answered by another at most so often before all is quiet. */
const MOST_TURNS = 8;

/** Resolves when what these nodes had to say to each other is said and heard. */
export async function quiet(...nodes: readonly Pick<RedisNode, 'line'>[]): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(nodes.map(({ line }) => line.settled()));
  }
}
