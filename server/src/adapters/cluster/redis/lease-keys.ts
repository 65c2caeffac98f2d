import type { RoomRef } from '../../../core/tenant.ts';
import { NAMES } from './redis-keys.ts';
import type { RedisLine } from './redis-line.ts';

/** Who holds a room: a node, and which time it is that it holds it. */
export interface Holder {
  readonly node: string;
  readonly token: string;
}

/** A lease that nobody renews runs out after this (D9). */
export const LEASE_MS = 5_000;

/**
 * What is no lease counts as none: Redis may hold anything, and what would never run out would keep a room from everybody.
 */
const HOLDER = `
local function holder()
  if redis.call('type', KEYS[1]).ok ~= 'string' then return nil end
  local left = redis.call('pttl', KEYS[1])
  local value = redis.call('get', KEYS[1])
  if left < 0 or left > tonumber(ARGV[2]) or not string.find(value, '^[%w%._%-]+:[%w_%-]+$') then return nil end
  return value
end
local now = holder()
`;
const TAKE = `${HOLDER}
if now or ARGV[3] == '0' then return now or false end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return ARGV[1]`;
const KEEP = `${HOLDER}
if now and now ~= ARGV[1] then return now end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return ARGV[1]`;
const FREE = `${HOLDER}
if now == ARGV[1] then redis.call('del', KEYS[1]) end`;

/** Whether leases can be written in this name: {@link HOLDER} takes no other for one. */
export function isNodeName(name: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(name);
}

/** The leases as Redis has them; each call rejects when Redis does not answer. */
export class LeaseKeys {
  readonly #line: RedisLine;

  constructor(line: RedisLine) {
    this.#line = line;
  }

  /** Resolves with who holds it now; null when nobody does, which is only where it is not to be taken if it is free. */
  async take(ref: RoomRef, holder: Holder, ifFree: boolean): Promise<Holder | null> {
    return holderIn(await this.#run(TAKE, ref, holder, ifFree ? '1' : '0'));
  }

  /** For as long again, also when it ran out unnoticed; false when somebody else holds it. */
  async keep(ref: RoomRef, holder: Holder): Promise<boolean> {
    return (await this.#run(KEEP, ref, holder)) === textOf(holder);
  }

  async free(ref: RoomRef, holder: Holder): Promise<void> {
    await this.#run(FREE, ref, holder);
  }

  #run(script: string, ref: RoomRef, holder: Holder, ...more: readonly string[]): Promise<unknown> {
    return this.#line.run(script, [NAMES.lease(ref)], [textOf(holder), LEASE_MS, ...more]);
  }
}

function textOf({ node, token }: Holder): string {
  return `${node}:${token}`;
}

function holderIn(value: unknown): Holder | null {
  if (typeof value !== 'string') return null;
  const [node = '', token = ''] = value.split(':');
  return { node, token };
}
