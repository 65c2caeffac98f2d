import { createHash, hash, randomBytes } from 'node:crypto';
import type { Cancel, Clock, Digest, Ids } from '../../ports/system.ts';

/** setTimeout fires at once above this delay (it keeps a signed 32-bit integer), so longer waits go in steps. */
const LONGEST_STEP_MS = 2_147_483_647;
/** 128 bits: nobody guesses an id, and none is ever drawn twice. */
const ID_BYTES = 16;

/** The host's clock. */
export const hostClock: Clock = {
  now: () => Date.now(),
  after: (ms, task) => {
    let timer = step(ms);
    function step(left: number): NodeJS.Timeout {
      const wait = Math.min(left, LONGEST_STEP_MS);
      const next = (): void => {
        timer = step(left - wait);
      };
      return setTimeout(wait === left ? task : next, wait);
    }
    const cancel: Cancel = () => clearTimeout(timer);
    return cancel;
  },
};

/** Drawn many at a time: a draw costs ten times as much as all else that makes an id. */
const DRAWN_AT_ONCE = 256 * ID_BYTES;
let drawn: Buffer = Buffer.alloc(0);

function nextId(): string {
  if (drawn.length === 0) drawn = randomBytes(DRAWN_AT_ONCE);
  const id = drawn.toString('base64url', 0, ID_BYTES);
  drawn = drawn.subarray(ID_BYTES);
  return id;
}

/** The host's randomness. */
export const hostIds: Ids = {
  next: (prefix) => `${prefix}_${nextId()}`,
  secret: (bytes) => randomBytes(bytes).toString('base64url'),
};

export const hostDigest: Digest = (text) => {
  if (typeof text === 'string') return hash('sha256', text, 'base64url');
  const all = createHash('sha256');
  for (const one of text) all.update(one);
  return all.digest('base64url');
};

/** Random bytes for keys and nonces. */
export function hostRandom(bytes: number): Buffer {
  return randomBytes(bytes);
}

/** 0 ≤ chance < 1, for what nobody has to be kept from guessing. */
export function hostChance(): number {
  return Math.random();
}
