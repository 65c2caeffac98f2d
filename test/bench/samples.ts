/** The value below which so many of a hundred samples lie (nearest rank). */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Median, with the lowest and the highest: `6.1 (5.8–6.9)`. */
export function spread(samples: readonly number[], digits: number): string {
  const [low, high] = [Math.min(...samples), Math.max(...samples)];
  return `${median(samples).toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
}
