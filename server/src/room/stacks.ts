import type { Entry } from '@parley/shared/entry';
import type { EntryId, LaneKey } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Influence } from '../core/labels/influence.ts';
import { shelfKey } from '../core/labels/label.ts';
import { withoutRepeatsOf } from '../core/labels/redact-records.ts';

/** An entry with what is known of it besides. */
export interface CountedEntry {
  readonly entry: Entry;
  /** Counted once, when it was written (C16). */
  readonly tokens: number;
  /** R6: whose words could have shaped it. */
  readonly influence: Influence;
  /** The sequence of its record in the journal. */
  readonly recordSeq: number;
  /** Prompts of a private lane: the last entry of the room when that turn started (C6). */
  readonly after?: number;
}

/** Entries of one lane that were made from the same resources, oldest first; `seq` counts places here, from 1. */
export interface Shelf {
  readonly lane: LaneKey;
  readonly resources: readonly ResourceId[];
  readonly items: readonly CountedEntry[];
}

interface OpenShelf extends Shelf {
  readonly items: CountedEntry[];
}

/** All entries of a room: those of each lane, and beside them those on its shelves. */
export class Stacks {
  readonly #own = new Map<LaneKey, CountedEntry[]>();
  readonly #shelves = new Map<LaneKey, Map<string, OpenShelf>>();
  #count = 0;
  readonly #byId = new Map<EntryId, { readonly lane: LaneKey; readonly item: CountedEntry }>();

  add(lane: LaneKey, item: CountedEntry): void {
    this.#byId.set(item.entry.id, { lane, item });
    const { resources = [] } = item.entry;
    const shelf = this.open(lane, resources);
    if (shelf) shelf.items.push(item);
    else this.#ownOf(lane).push(item);
  }

  /** Something made from these resources is shown in a lane; null where that is the lane's own place. */
  open(lane: LaneKey, resources: readonly ResourceId[]): OpenShelf | null {
    if (resources.length === 0) return null;
    const shelves = this.#shelves.get(lane) ?? new Map<string, OpenShelf>();
    this.#shelves.set(lane, shelves);
    const key = shelfKey(resources);
    const known = shelves.get(key);
    if (known) return known;
    const shelf = { lane, resources, items: [] };
    shelves.set(key, shelf);
    this.#count += 1;
    return shelf;
  }

  entries(lane: LaneKey): readonly CountedEntry[] {
    return this.#own.get(lane) ?? [];
  }

  shelves(lane: LaneKey): readonly Shelf[] {
    return [...(this.#shelves.get(lane)?.entries() ?? [])]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, shelf]) => shelf);
  }

  /** How many shelves there are. */
  get count(): number {
    return this.#count;
  }

  all(): readonly Shelf[] {
    return [...this.#shelves.values()].flatMap((shelves) => [...shelves.values()]);
  }

  entry(id: EntryId): { readonly lane: LaneKey; readonly item: CountedEntry } | undefined {
    return this.#byId.get(id);
  }

  /** Puts an entry in the place of the one with its id. */
  replace(changed: Entry, tokens: number): void {
    const known = this.#byId.get(changed.id);
    if (!known) return;
    const { lane, item } = known;
    const { resources = [] } = item.entry;
    const items = this.open(lane, resources)?.items ?? this.#ownOf(lane);
    const place = { ...item, entry: changed, tokens };
    items[items.indexOf(item)] = place;
    this.#byId.set(changed.id, { lane, item: place });
  }

  /** No entry says any more that it repeats this one. */
  forget(id: EntryId): void {
    const gone = new Set([id]);
    for (const { item } of [...this.#byId.values()]) {
      const changed = withoutRepeatsOf(item.entry, gone);
      if (changed !== item.entry) this.replace(changed, item.tokens);
    }
  }

  #ownOf(lane: LaneKey): CountedEntry[] {
    const known = this.#own.get(lane) ?? [];
    this.#own.set(lane, known);
    return known;
  }
}
