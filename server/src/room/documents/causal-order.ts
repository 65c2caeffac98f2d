import * as Y from 'yjs';
import type { Struct } from './decoded-update.ts';

type Section = readonly Struct[];

/**
 * The structs that are new, in an order in which each finds what it refers to. Null when one refers to
 * something that neither the document nor the rest has: applied, it would stay pending, out of sight.
 *
 * `known(client)` is the clock up to which the document has a client's structs.
 */
export function causalOrder(
  sections: ReadonlyMap<number, Section>,
  known: (client: number) => number,
): Struct[] | null {
  const run = new Ordering(sections, known);
  return run.order();
}

/** One topological sort over the clients' lists; a list that has to wait is woken by the list it waits for. */
class Ordering {
  readonly #sections: ReadonlyMap<number, Section>;
  readonly #known: (client: number) => number;
  readonly #reached = new Map<number, number>();
  readonly #next = new Map<number, number>();
  readonly #waiting = new Map<number, number[]>();
  readonly #ordered: Struct[] = [];

  constructor(sections: ReadonlyMap<number, Section>, known: (client: number) => number) {
    this.#sections = sections;
    this.#known = known;
  }

  order(): Struct[] | null {
    const ready = [...this.#sections.keys()];
    for (let client = ready.pop(); client !== undefined; client = ready.pop()) {
      if (!this.#advance(client)) continue;
      ready.push(...(this.#waiting.get(client) ?? []));
      this.#waiting.delete(client);
    }
    return this.#complete() ? this.#ordered : null;
  }

  /** Takes as many structs of a client as can be taken; true when any of them was new. */
  #advance(client: number): boolean {
    const section = this.#sections.get(client) ?? [];
    const before = this.#ordered.length;
    let index = this.#next.get(client) ?? 0;
    for (; index < section.length; index++) {
      const struct = section[index];
      if (struct === undefined || !this.#take(struct)) break;
    }
    this.#next.set(client, index);
    return this.#ordered.length > before;
  }

  #take(struct: Struct): boolean {
    const { client, clock } = struct.id;
    const end = clock + struct.length;
    if (struct instanceof Y.Skip) return true;
    if (clock > this.#at(client)) return false;
    // Also of a struct that is known: Yjs resolves its references before it sees that there is nothing to do.
    const missing = this.#missing(struct);
    if (missing !== null) {
      this.#wait(client, missing);
      return false;
    }
    if (end <= this.#at(client)) return true;
    this.#ordered.push(struct);
    this.#reached.set(client, end);
    return true;
  }

  #wait(client: number, missing: number): void {
    const waiting = this.#waiting.get(missing);
    if (waiting) waiting.push(client);
    else this.#waiting.set(missing, [client]);
  }

  /** The client whose structs this one has to wait for. */
  #missing(struct: Struct): number | null {
    for (const id of referencesOf(struct)) {
      // Also of the own client, where Yjs does not look: a reference ahead of itself would throw half-way.
      if (id.clock >= this.#at(id.client)) return id.client;
    }
    return null;
  }

  #at(client: number): number {
    return this.#reached.get(client) ?? this.#known(client);
  }

  #complete(): boolean {
    for (const [client, section] of this.#sections) {
      if (this.#next.get(client) !== section.length) return false;
    }
    return true;
  }
}

function referencesOf(struct: Struct): Y.ID[] {
  if (!(struct instanceof Y.Item)) return [];
  return [struct.origin, struct.rightOrigin, struct.parent].filter((id): id is Y.ID => id instanceof Y.ID);
}
