import type { Rules, Item } from './rules.ts';

export type Said = Pick<Item, 'lane' | 'author' | 'body' | 'influence'> & Partial<Item>;

/** Everything that was said, each in its place. */
export class Items {
  readonly #rules: Rules;
  #all: readonly Item[] = [];
  #made = 0;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  get all(): readonly Item[] {
    return this.#all;
  }

  add(said: Said & Pick<Item, 'at'>): Item {
    const resources = said.resources ?? [];
    const id = (this.#made += 1);
    const item = { id, usage: 0, from: null, for: null, seq: 0, after: 0, ...said, resources };
    const placed = this.#placed(item, this.#all);
    this.#all = [...this.#all, placed];
    return placed;
  }

  /** An item as it is now. */
  now({ id }: Pick<Item, 'id'>): Item | undefined {
    return this.#all.find((item) => item.id === id);
  }

  redact(gone: Item): void {
    this.#all = this.#all.map((item) => (this.#rules.redacts(item, gone) ? { ...item, body: '' } : item));
  }

  /** The items as they would stand if what somebody may not read had never been said. */
  asIfNever(readable: (item: Item) => boolean): readonly Item[] {
    const left: Item[] = [];
    for (const item of this.#all) if (readable(item)) left.push(this.#placed(item, left));
    return left;
  }

  #placed(item: Item, before: readonly Item[]): Item {
    const seq = this.#rules.numbered(before, item.lane, item.resources).length + 1;
    return { ...item, seq, after: this.#rules.numbered(before, item.lane, []).length };
  }
}
