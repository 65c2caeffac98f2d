import type { CounterName, GaugeName, HistogramName, Metrics } from '@parley/server/ports/system';

type Labels = Readonly<Record<string, string>>;

/** Keeps every number, so that a test can ask for it. */
export class RecordingMetrics implements Metrics {
  readonly #counts: { readonly name: CounterName; readonly by: number; readonly labels: Labels }[] = [];
  readonly #gauges = new Map<GaugeName, number>();
  readonly #observed = new Map<HistogramName, number[]>();

  count(name: CounterName, by = 1, labels: Labels = {}): void {
    this.#counts.push({ name, by, labels });
  }
  gauge(name: GaugeName, value: number): void {
    this.#gauges.set(name, value);
  }
  observe(name: HistogramName, seconds: number): void {
    const seen = this.#observed.get(name);
    if (seen) seen.push(seconds);
    else this.#observed.set(name, [seconds]);
  }

  /** Sum of a counter over everything counted with at least these labels. */
  counted(name: CounterName, labels: Labels = {}): number {
    return this.#counts
      .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
      .reduce((sum, one) => sum + one.by, 0);
  }
  /** The last value of a gauge; undefined when it was never set. */
  gauged(name: GaugeName): number | undefined {
    return this.#gauges.get(name);
  }
  /** Everything observed, in order, in seconds. */
  observed(name: HistogramName): readonly number[] {
    return this.#observed.get(name) ?? [];
  }
}
