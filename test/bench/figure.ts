import type { LoadProcess } from './load-process.ts';

/** One line of the table: the same thing measured on each contestant, round by round. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  /** Decimals to print. */
  readonly digits: number;
  readonly samples: Readonly<Record<string, readonly number[]>>;
  /** What the first contestant is compared with, and how it ought to come out. */
  readonly target?: Target;
  readonly note?: string;
}

export type Target =
  /** The first one's median is at most so many times the median of `of`. */
  | { readonly kind: 'ratio'; readonly of: string; readonly atMost: number }
  /** The first one's median is at most so much more than the median of `of`. */
  | { readonly kind: 'added'; readonly of: string; readonly atMost: number };

/** What every figure is given. */
export interface Bench {
  readonly load: LoadProcess;
  readonly rounds: number;
}

/** Runs what is measured in turn, so often, so that a noisy moment hits everybody. */
export async function interleaved<T>(
  rounds: number,
  runs: Readonly<Record<string, () => Promise<T>>>,
): Promise<Record<string, T[]>> {
  const results: Record<string, T[]> = Object.fromEntries(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(runs)) results[name]?.push(await run());
  }
  return results;
}

/** One number of each sample. */
export function pick<T>(
  results: Readonly<Record<string, readonly T[]>>,
  of: (sample: T) => number,
): Record<string, number[]> {
  return Object.fromEntries(Object.entries(results).map(([name, samples]) => [name, samples.map(of)]));
}
