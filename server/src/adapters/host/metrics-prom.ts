import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CounterName, GaugeName, HistogramName, Metrics } from '../../ports/system.ts';

/** Metrics that an operator's Prometheus reads. */
export interface PromMetrics extends Metrics {
  /** What `GET /metrics` answers. */
  text(): Promise<string>;
  /** The media type of {@link PromMetrics.text}. */
  readonly contentType: string;
}

interface Described {
  readonly help: string;
  /** No label may hold a tenant, room or person: their number is unbounded and they are nobody else's business. */
  readonly labels?: readonly string[];
}

const COUNTERS: Record<CounterName, Described> = {
  parley_prompts_accepted_total: { help: 'Prompts acknowledged as durable.' },
  parley_turns_ended_total: { help: 'Turns ended, by outcome.', labels: ['outcome'] },
  parley_faults_total: { help: 'Refusals sent, by code.', labels: ['code'] },
  parley_refused_updates_total: { help: 'Document updates refused, by code.', labels: ['code'] },
  parley_slow_readers_total: { help: 'Connections closed because they could not keep up.' },
  parley_resyncs_total: { help: 'Documents synced anew for a reader that fell behind.' },
  parley_model_attempts_total: { help: 'Calls made to the model.' },
  parley_delivered_total: { help: 'Document updates handed to readers.' },
};
const GAUGES: Record<GaugeName, Described> = {
  parley_peers: { help: 'Connections of people.' },
  parley_rooms: { help: 'Rooms in memory.' },
  parley_background_waiting: { help: 'Background work that is not done yet.' },
  parley_background_oldest_seconds: { help: 'For how long the oldest of it has waited.' },
  parley_background_dead: { help: 'Background work that was given up.' },
};
const HISTOGRAMS: Record<HistogramName, Described & { readonly buckets: readonly number[] }> = {
  parley_journal_commit_seconds: {
    help: 'Time to make a batch durable.',
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1],
  },
  parley_first_token_seconds: {
    help: 'Time from calling the model to its first text.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 60],
  },
  parley_turn_seconds: {
    help: 'Time from the start of a turn to its end.',
    buckets: [0.5, 1, 2, 5, 10, 20, 60, 120, 300, 900],
  },
  parley_prompt_ack_seconds: {
    help: 'Time from receiving a prompt to acknowledging it.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2],
  },
};

/** Own registry, so that two servers in one process do not meet. Throws on a label that was not described. */
export function promMetrics(): PromMetrics {
  const registry = new Registry();
  // Its default looks at the event loop a hundred times a second.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 500 });
  const counters = each(
    COUNTERS,
    (name, { help, labels = [] }) => new Counter({ name, help, labelNames: [...labels], registers: [registry] }),
  );
  const gauges = each(GAUGES, (name, { help }) => new Gauge({ name, help, registers: [registry] }));
  const histograms = each(
    HISTOGRAMS,
    (name, { help, buckets }) => new Histogram({ name, help, buckets: [...buckets], registers: [registry] }),
  );
  return {
    count: (name, by = 1, labels = {}) => counters[name].inc(labels, by),
    gauge: (name, value) => gauges[name].set(value),
    observe: (name, seconds) => histograms[name].observe(seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function each<N extends string, D, M>(described: Record<N, D>, make: (name: N, description: D) => M): Record<N, M> {
  // Object.entries forgets which names a record has.
  const pairs = (Object.entries(described) as [N, D][]).map(([name, description]) => [name, make(name, description)]);
  return Object.fromEntries(pairs) as Record<N, M>;
}
