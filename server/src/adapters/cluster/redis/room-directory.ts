import type { RoomRef } from '../../../core/tenant.ts';
import { NAMES, readIncarnation, type Incarnation } from './redis-keys.ts';
import type { RedisLine } from './redis-line.ts';

/** A node that died leaves nothing behind for longer than this; one that lives renews in time. */
const KEPT_MS = 60_000;

/** Redis may hold anything under these names. What is no set, or no text, is not what was written there. */
const SOUND = `
local function sound(key, kind)
  local is = redis.call('type', key).ok
  if is ~= kind and is ~= 'none' then redis.call('del', key) end
end
sound(KEYS[1], 'string')
sound(KEYS[2], 'set')
`;
const OWN = `${SOUND}
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return redis.call('smembers', KEYS[2])`;
const JOIN = `${SOUND}
redis.call('sadd', KEYS[2], ARGV[1])
redis.call('pexpire', KEYS[2], ARGV[2])
return redis.call('get', KEYS[1])`;
const KEEP = `${SOUND}
local owner = redis.call('get', KEYS[1])
if not owner or owner == ARGV[1] then redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2]) end`;
const DISOWN = `${SOUND}
if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end`;
const LEAVE = `${SOUND}
redis.call('srem', KEYS[2], ARGV[1])`;

/**
 * Who runs a room and who has people of it, so that they find each other: of one who comes to own and one who joins, the
 * later one sees the other. It is a hint like the lease: whatever it says, frames that are not sealed by a node count for nothing.
 */
export class RoomDirectory {
  readonly #line: RedisLine;

  constructor(line: RedisLine) {
    this.#line = line;
  }

  /** Resolves with who has people of the room. */
  async own(ref: RoomRef, me: Incarnation): Promise<readonly Incarnation[]> {
    const members = await this.#run(OWN, ref, me);
    return Array.isArray(members) ? members.flatMap((member) => readIncarnation(String(member)) ?? []) : [];
  }

  /** Resolves with who runs the room; null when nobody does. */
  async join(ref: RoomRef, me: Incarnation): Promise<Incarnation | null> {
    const owner = await this.#run(JOIN, ref, me);
    return typeof owner === 'string' ? readIncarnation(owner) : null;
  }

  /** Says again who owns, unless somebody else has said so since. */
  async keep(ref: RoomRef, me: Incarnation): Promise<void> {
    await this.#run(KEEP, ref, me);
  }

  async disown(ref: RoomRef, me: Incarnation): Promise<void> {
    await this.#run(DISOWN, ref, me);
  }

  async leave(ref: RoomRef, me: Incarnation): Promise<void> {
    await this.#run(LEAVE, ref, me);
  }

  #run(script: string, ref: RoomRef, me: Incarnation): Promise<unknown> {
    return this.#line.run(script, [NAMES.owner(ref), NAMES.edges(ref)], [me, KEPT_MS]);
  }
}
