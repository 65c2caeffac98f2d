import type { Entry } from '@parley/shared/entry';
import { lastPlace, placeOf } from '../entry-order.ts';
import type { RoomViewModel } from '../view.ts';
import { forLong, recall, remember } from './remember.ts';

/**
 * What the server said to this person alone and they have not seen: it stands in the private lane, which may
 * be out of sight while they look at the room.
 */
export class UnreadNotices {
  #key: string | null = null;
  #seen = 0;

  /** The newest one, if any is unread; `open`: the private lane is in sight, so all of them are read. */
  newest(room: string, { you, me }: RoomViewModel, open: boolean): Entry | null {
    if (you === null || !me.loaded) return null;
    const key = `told:${room}:${you.id}`;
    if (key !== this.#key) this.#begin(key);
    if (open) this.#read(lastPlace(me.entries));
    return me.entries.findLast((entry) => entry.kind === 'notice' && placeOf(entry) > this.#seen) ?? null;
  }

  #begin(key: string): void {
    this.#key = key;
    const kept = Number(recall(forLong, key) ?? 0);
    this.#seen = Number.isSafeInteger(kept) ? kept : 0;
  }

  #read(place: number): void {
    if (this.#key === null || place <= this.#seen || document.visibilityState !== 'visible') return;
    this.#seen = place;
    remember(forLong, this.#key, String(place));
  }
}
