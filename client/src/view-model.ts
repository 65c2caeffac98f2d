import { EMPTY_LANE } from './lane-view.ts';
import { UNKNOWN } from './standing.ts';
import type { RoomViewModel } from './view.ts';

export const FIRST_VIEW: RoomViewModel = {
  connection: { kind: 'connecting' },
  ...UNKNOWN,
  title: '',
  people: [],
  room: EMPTY_LANE,
  me: EMPTY_LANE,
  approvals: [],
  outbox: [],
  saved: true,
  lostWords: null,
};

/** `next`, or the very same `before` when every part of both is the same value. */
export function nextView(before: RoomViewModel, next: RoomViewModel): RoomViewModel {
  const old = new Map<string, unknown>(Object.entries(before));
  return Object.entries(next).every(([part, value]) => old.get(part) === value) ? before : next;
}
