import type { Entry } from '@parley/shared/entry';
import { personColor } from '@parley/shared/person-color';
import type { RoomViewModel } from '../view.ts';
import { lookOf } from './look-alike.ts';

interface Known {
  readonly name: string;
  readonly color: string;
}

/** What is known of people: who is here now, and who has written here before. */
export class Names {
  /** Grows when a name or a colour changed, so that what shows them can tell. */
  revision = 0;
  readonly #known = new Map<string, Known>();
  /** Whose names look the same. */
  readonly #looks = new Map<string, Set<string>>();
  /** Presence knows best; what entries say of these people is older. */
  readonly #present = new Set<string>();
  #entries: readonly Entry[] | null = null;

  /** Reads what a new view adds; entries are walked only when they changed. */
  learn(view: RoomViewModel): void {
    for (const { id, name, color } of view.people) this.#meet(id, name, color);
    if (view.you !== null) this.#meet(view.you.id, view.you.name, view.you.color);
    for (const { author } of view.room.tickets) this.#read(author.id, author.name);
    if (view.room.entries === this.#entries) return;
    this.#entries = view.room.entries;
    const newest = new Map(view.room.entries.map(({ author }) => [author.id, author.name]));
    for (const [id, name] of newest) this.#read(id, name);
  }

  name(id: string): string {
    return this.#known.get(id)?.name ?? id;
  }

  /** Whether somebody else here could be taken for this person by their name (R13). */
  isAlike(id: string): boolean {
    const look = lookOf(this.name(id));
    return look !== '' && (this.#looks.get(look)?.size ?? 0) > 1;
  }

  /** Presence decides a person's colour; before they were seen it follows from their id. */
  color(id: string): string {
    return this.#known.get(id)?.color ?? personColor(id);
  }

  #meet(id: string, name: string, color: string): void {
    this.#present.add(id);
    this.#set(id, name, color);
  }

  #read(id: string, name: string): void {
    if (!this.#present.has(id)) this.#set(id, name, this.color(id));
  }

  #set(id: string, name: string, color: string): void {
    const known = this.#known.get(id);
    if (known?.name === name && known.color === color) return;
    if (known?.name !== name) this.#look(id, name, known?.name);
    this.#known.set(id, { name, color });
    this.revision += 1;
  }

  #look(id: string, name: string, before: string | undefined): void {
    if (before !== undefined) this.#looks.get(lookOf(before))?.delete(id);
    const look = lookOf(name);
    const same = this.#looks.get(look) ?? new Set();
    this.#looks.set(look, same.add(id));
  }
}
