import { roomKey, type RoomRef } from '../../core/tenant.ts';
import type { Bus, EdgeEnd, EdgeMessage, OwnerEnd, OwnerMessage } from '../../ports/bus.ts';
import type { Cancel, Clock, Ids, Log } from '../../ports/system.ts';
import { MemoryBus } from './bus-memory.ts';
import type { BusParts } from './redis/bus-parts.ts';
import { JoinedRoom } from './redis/joined-room.ts';
import type { ReadLetter } from './redis/letters.ts';
import { OwnedRoom } from './redis/owned-room.ts';
import { Post } from './redis/post.ts';
import { NAMES, readIncarnation, type Incarnation } from './redis/redis-keys.ts';
import type { RedisLine } from './redis/redis-line.ts';
import { RoomDirectory } from './redis/room-directory.ts';
import { FrameSeal } from './redis/sealed-frame.ts';

export interface RedisBusDeps {
  readonly line: RedisLine;
  /** The same 32 bytes or more at every node: with it they know each other. */
  readonly secret: Uint8Array;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

const TICK_MS = 1_000;

/**
 * The bus of several nodes: within this one it is the bus of a process, and between nodes letters go through Redis
 * (decisions/2026-11-29-nodes-speak-by-channels.md). Redis may fail, or be emptied: those on other nodes than their
 * room's owner are told that the room closes and come back; nothing that was acknowledged rests on it.
 */
export class RedisBus implements Bus {
  readonly #deps: RedisBusDeps;
  readonly #parts: BusParts;
  readonly #owned = new Map<string, OwnedRoom>();
  readonly #joined = new Map<string, JoinedRoom>();
  #me: Incarnation | null = null;
  #cancelTick: Cancel | null = null;

  constructor(deps: RedisBusDeps) {
    this.#deps = deps;
    const { line, log } = deps;
    this.#parts = {
      local: new MemoryBus(),
      directory: new RoomDirectory(line),
      post: new Post({
        line,
        log,
        seal: new FrameSeal(deps.secret),
        receive: (from, letter) => this.#receive(from, letter),
        lost: (counterpart) => this.#lost(counterpart),
      }),
      me: () => this.#me,
      failed: (error) => {
        log.debug('bus.failed', { error: String(error) });
        line.reset();
      },
    };
    line.open({
      up: () => this.#up(),
      down: () => this.#down(),
      message: (bytes) => this.#parts.post.arrived(bytes),
    });
  }

  own(ref: RoomRef, receive: (up: EdgeMessage) => void): OwnerEnd {
    const key = roomKey(ref);
    this.#joined.get(key)?.standBack();
    let room = this.#owned.get(key);
    if (room === undefined) {
      room = new OwnedRoom(
        this.#parts,
        { ref, key },
        {
          now: () => this.#joined.get(key)?.standIn(),
          later: () => this.#owned.delete(key),
        },
      );
      this.#owned.set(key, room);
    }
    return room.own(receive);
  }

  join(ref: RoomRef, receive: (down: OwnerMessage) => void): EdgeEnd {
    const key = roomKey(ref);
    let room = this.#joined.get(key);
    if (room === undefined) {
      room = new JoinedRoom(this.#parts, { ref, key }, () => this.#joined.delete(key));
      this.#joined.set(key, room);
      if (this.#owned.get(key)?.isOpen !== true) room.standIn();
      room.ask();
    }
    return room.join(receive);
  }

  /** Says the last words and ends the connection. */
  async close(): Promise<void> {
    const { line, log } = this.#deps;
    this.#cancelTick?.();
    for (const room of this.#owned.values()) room.disown();
    for (const room of this.#joined.values()) room.leave();
    // Letters leave when this tick is over.
    await Promise.resolve();
    if (line.isUp) await line.settled().catch((error: unknown) => log.debug('bus.failed', { error: String(error) }));
    this.#me = null;
    this.#parts.post.become(null);
    line.close();
  }

  #up(): void {
    const me = readIncarnation(this.#deps.ids.next('n'));
    if (me === null) throw new Error('an id that names no incarnation');
    this.#me = me;
    this.#parts.post.become(me);
    // Redis does what it is asked in order: whoever finds this node's name can speak to it.
    this.#deps.line.subscribe(NAMES.channel(me)).catch((error: unknown) => this.#parts.failed(error));
    for (const room of this.#owned.values()) room.announce();
    for (const room of this.#joined.values()) room.ask();
    this.#cancelTick = this.#deps.clock.after(TICK_MS, () => this.#tick(me));
  }

  #down(): void {
    this.#cancelTick?.();
    this.#me = null;
    this.#parts.post.become(null);
    for (const room of this.#owned.values()) room.cutOff();
    for (const room of this.#joined.values()) room.forsake();
  }

  #tick(me: Incarnation): void {
    this.#cancelTick = this.#deps.clock.after(TICK_MS, () => this.#tick(me));
    this.#parts.post.tick();
    for (const room of this.#owned.values()) room.tick(me);
    for (const room of this.#joined.values()) room.tick(me);
  }

  #receive(from: Incarnation, letter: Exclude<ReadLetter, { readonly kind: 'lost' }>): void {
    const { room } = letter;
    switch (letter.kind) {
      case 'join':
        return this.#joins(from, room);
      case 'leave':
        return this.#owned.get(room)?.left(from);
      case 'own':
        return this.#joined.get(room)?.owned(from);
      case 'disown':
        return this.#joined.get(room)?.disowned(from);
      case 'up':
        return this.#owned.get(room)?.heard(from, letter.message);
      case 'down':
        return this.#joined.get(room)?.heard(from, letter.message);
    }
  }

  #joins(from: Incarnation, key: string): void {
    const room = this.#owned.get(key);
    if (room?.isOpen === true) room.joined(from);
    else this.#parts.post.send(from, { kind: 'disown', room: key });
  }

  #lost(counterpart: Incarnation): void {
    for (const room of this.#owned.values()) room.lost(counterpart);
    for (const room of this.#joined.values()) room.disowned(counterpart);
  }
}
