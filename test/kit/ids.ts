import type { Ids } from '@parley/server/ports/system';

const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Ids that look like real ones and are the same for the same seed; a counter keeps them apart and readable. */
export function seededIds(seed: number): Ids {
  const random = mulberry32(seed);
  const draw = (length: number): string =>
    Array.from({ length }, () => URL_SAFE[Math.floor(random() * URL_SAFE.length)]).join('');
  let made = 0;
  return {
    next: (prefix) => `${prefix}_${String(++made).padStart(4, '0')}${draw(8)}`,
    secret: (bytes) => draw(Math.ceil((bytes * 4) / 3)),
  };
}

/** A small, well known generator: numbers in [0, 1), the same for the same seed. */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
