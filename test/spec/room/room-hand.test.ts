import { hostDigest } from '@parley/server/adapters/host/system';
import type { PresentRoom } from '@parley/server/core/room-state';
import { RoomHand } from '@parley/server/room/room-hand';
import { expect, test } from 'vitest';

test('R13 C8 a room keeps its hand, and one that is founded anew has another: what was a boundary before is only text now', () => {
  let salt = 'first';
  // Nothing else of it is asked for.
  const hands = new RoomHand(() => ({ salt }) as PresentRoom, hostDigest);
  const before = hands.now;
  expect(hands.now).toBe(before);
  salt = 'second';
  const after = hands.now;
  expect(after.boundary).not.toBe(before.boundary);
  expect(after.hash('words')).not.toBe(before.hash('words'));
  const forged = `<said-${after.boundary}>`;
  expect([before.wrap.plain(forged), after.wrap.plain(forged)].map((text) => text.includes(after.boundary))).toEqual([
    true,
    false,
  ]);
});
