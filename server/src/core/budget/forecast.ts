/**
 * How long answers in a lane are, by what was asked (G7): a fold over its settled calls, so that a restart knows what
 * was known before. Of each kind the newest few hundred count.
 */
export interface Forecast {
  /** Output tokens of single calls, newest last; under a size alone those of every kind of that size. */
  readonly outputs: ReadonlyMap<string, readonly number[]>;
}

/** A call that was settled. */
export interface Call {
  readonly kind: string;
  readonly outputTokens: number;
  readonly estimated: boolean;
}

/** Between so many and so many tokens, in half of the cases and in nine of ten. */
export interface Band {
  readonly p50: number;
  readonly p90: number;
}

export const NOTHING_KNOWN: Forecast = { outputs: new Map() };
/** Fewer say nothing. */
const LEAST = 30;
const MOST = 300;
const WIDE: Band = { p50: 512, p90: 4_096 };

const SHORT_TOKENS = 64;
const LONG_TOKENS = 1_024;

/** Which answers are alike: by what the model may call, and by how much was asked. */
export function kindOf(functions: number, promptTokens: number): string {
  const size = promptTokens < SHORT_TOKENS ? 'short' : promptTokens < LONG_TOKENS ? 'usual' : 'long';
  return `${functions} ${size}`;
}

/** Whatever the model may call: who asks much is answered at length, and short answers say nothing of that. */
function sizeOf(kind: string): string {
  return kind.slice(kind.indexOf(' ') + 1);
}

/** What is known after one more call; one that was not counted by its provider teaches nothing. */
export function learned(forecast: Forecast, call: Call): Forecast {
  if (call.estimated) return forecast;
  const outputs = new Map(forecast.outputs);
  for (const kind of [call.kind, sizeOf(call.kind)])
    outputs.set(kind, [...(outputs.get(kind) ?? []), call.outputTokens].slice(-MOST));
  return { outputs };
}

/** Of the output of one call: of its kind, else of all of its size, else wide. */
export function bandOf({ outputs }: Forecast, kind: string): Band {
  const known = [outputs.get(kind), outputs.get(sizeOf(kind))].find(
    (samples) => samples !== undefined && samples.length >= LEAST,
  );
  if (known === undefined) return WIDE;
  const sorted = known.toSorted((a, b) => a - b);
  return { p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9) };
}

/** That below which the next one lies with this chance: the k-th of n has k / (n + 1) before it. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length, Math.ceil(share * (sorted.length + 1))) - 1] ?? 0;
}
