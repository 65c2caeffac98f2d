export type JsonRecord = Readonly<Record<string, unknown>>;

export function isJsonRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const MOST_HOPS = 8;
const MOST_LEVELS = 12;
/** A document of a few lines can double itself at each level. */
const MOST_NODES = 1_000;

/**
 * Puts what `$ref` names inside one document in its place; what leads elsewhere, or too deep, becomes
 * `{}`: anything. For one function: it has so much in it and no more.
 */
export class Inliner {
  readonly #document: JsonRecord;
  #nodesLeft = MOST_NODES;

  constructor(document: JsonRecord) {
    this.#document = document;
  }

  /** The value itself, or what it refers to. */
  resolve(value: unknown): unknown {
    let current = value;
    for (let hop = 0; hop < MOST_HOPS && isJsonRecord(current) && '$ref' in current; hop++)
      current = this.#at(current['$ref']);
    return isJsonRecord(current) && '$ref' in current ? {} : current;
  }

  /** The value with nothing left to refer to. */
  inline(value: unknown, level = 0): unknown {
    if (level > MOST_LEVELS || this.#nodesLeft-- <= 0) return {};
    const resolved = this.resolve(value);
    if (Array.isArray(resolved)) return resolved.map((one) => this.inline(one, level + 1));
    if (!isJsonRecord(resolved)) return resolved;
    return Object.fromEntries(Object.entries(resolved).map(([key, one]) => [key, this.inline(one, level + 1)]));
  }

  #at(pointer: unknown): unknown {
    if (typeof pointer !== 'string' || !pointer.startsWith('#/')) return {};
    let current: unknown = this.#document;
    for (const part of pointer.slice(2).split('/')) {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      if (!isJsonRecord(current) || !Object.hasOwn(current, key)) return {};
      current = current[key];
    }
    return current;
  }
}
