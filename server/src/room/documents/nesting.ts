import * as Y from 'yjs';
import type { Struct } from './decoded-update.ts';

type Store = Y.Doc['store'];

/**
 * Types inside types inside types: Yjs deletes and collects them by recursion, and so does every client
 * that renders them. Six thousand levels (60 kB) overflow the stack; editors use a dozen.
 */
const MAX_DEPTH = 100;

/** Whether structs, in an order in which each follows what it refers to, would nest types too deeply. */
export function nestsTooDeep(ordered: readonly Struct[], store: Store): boolean {
  if (!ordered.some((struct) => struct instanceof Y.Item && struct.content instanceof Y.ContentType)) return false;
  const depths = new Depths(store);
  return ordered.some((struct) => struct instanceof Y.Item && depths.add(struct) > MAX_DEPTH);
}

interface Placed {
  readonly clock: number;
  readonly depth: number;
}

/** How deep the items of an update stand, each found by what it names: its parent, or a neighbour. */
class Depths {
  readonly #store: Store;
  /** Per client, by clock. */
  readonly #placed = new Map<number, Placed[]>();

  constructor(store: Store) {
    this.#store = store;
  }

  add(item: Y.Item): number {
    const depth = this.#depthOf(item);
    const placed = this.#placed.get(item.id.client);
    if (placed) placed.push({ clock: item.id.clock, depth });
    else this.#placed.set(item.id.client, [{ clock: item.id.clock, depth }]);
    return depth;
  }

  #depthOf({ parent, origin, rightOrigin }: Y.Item): number {
    if (parent instanceof Y.ID) return this.#depthAt(parent) + 1;
    const neighbour = origin ?? rightOrigin;
    return neighbour === null ? 0 : this.#depthAt(neighbour);
  }

  #depthAt({ client, clock }: Y.ID): number {
    if (clock >= Y.getState(this.#store, client)) return depthBefore(this.#placed.get(client) ?? [], clock);
    const known = Y.getItem(this.#store, Y.createID(client, clock));
    return known instanceof Y.Item ? depthInDocument(known) : 0;
  }
}

/** The depth of the last item that begins at a clock or before it. */
function depthBefore(placed: readonly Placed[], clock: number): number {
  let [from, to] = [0, placed.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((placed[middle]?.clock ?? 0) <= clock) from = middle + 1;
    else to = middle;
  }
  return placed[from - 1]?.depth ?? 0;
}

function depthInDocument(item: Y.Item): number {
  let depth = 0;
  for (let at: Y.Item | null = item; at?.parent instanceof Y.AbstractType; at = at.parent._item) depth += 1;
  // The root type is not inside anything.
  return depth - 1;
}
