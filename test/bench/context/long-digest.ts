/** A model that always writes as long a digest as it may, of other words each time. */
export function longDigests(count: (text: string) => number): (cite: readonly string[], mostTokens: number) => string {
  let written = 0;
  return (cite, mostTokens) => {
    const named = cite.map((one) => `[${one}]`).join(' ');
    written += 1;
    return `${named} ${`summary ${written} `.repeat(Math.floor((mostTokens - count(named) - 8) / 4))}`.trim();
  };
}
