/**
 * Everybody and everything whose words could have shaped an item (R6): people by id, `tool:<name>` for what
 * a tool returned. Sorted and unique; joining is set union, also through an answer and a digest.
 */
export type Influence = readonly string[];

export function joinInfluence(...sets: readonly Influence[]): Influence {
  const all = new Set<string>();
  for (const set of sets) for (const source of set) all.add(source);
  return [...all].toSorted();
}

export function toolInfluence(tool: string): string {
  return `tool:${tool}`;
}

/** Whether nobody is behind something who is not in `known`. */
export function isWithin(influence: Influence, known: Influence): boolean {
  return influence.every((source) => known.includes(source));
}

/** Who of it is not in `trusted`. */
export function untrusted(influence: Influence, trusted: ReadonlySet<string>): Influence {
  return influence.filter((source) => !trusted.has(source));
}
