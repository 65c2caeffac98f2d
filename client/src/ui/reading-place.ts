import { lastPlace } from '../entry-order.ts';
import type { RoomViewModel } from '../view.ts';
import { forLong, recall, remember } from './remember.ts';

/** How far a person has read a room, kept between visits for the mark "new since you left". */
export class ReadingPlace {
  /** `seq` of the last entry seen on an earlier visit; null on a first one, for no mark. */
  lastSeen: number | null = null;
  #key: string | null = null;
  #kept = 0;

  /** Takes a view into account; only what was on a visible page counts as seen. */
  see(room: string, view: RoomViewModel): void {
    if (view.you === null || !view.room.loaded) return;
    const key = `seen:${room}:${view.you.id}`;
    if (key !== this.#key) this.#begin(key);
    const newest = lastPlace(view.room.entries);
    if (newest <= this.#kept || document.visibilityState !== 'visible') return;
    this.#kept = newest;
    remember(forLong, key, String(newest));
  }

  #begin(key: string): void {
    this.#key = key;
    const kept = Number(recall(forLong, key) ?? Number.NaN);
    this.lastSeen = Number.isSafeInteger(kept) ? kept : null;
    this.#kept = this.lastSeen ?? 0;
  }
}
