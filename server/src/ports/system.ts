/** The wall clock and its timers. Only the adapter reads the host's clock; tests advance their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once, `ms` from now; the result cancels it. Never throws; a cancelled timer never fires. */
  after(ms: number, task: () => void): Cancel;
}
export type Cancel = () => void;

/** Identifiers and secrets. Only the adapter draws on the host's randomness. */
export interface Ids {
  /** A fresh id with a prefix, unguessable and URL-safe: `next('t')` gives `t_…`. */
  next(prefix: string): string;
  /** `bytes` random bytes as base64url. */
  secret(bytes: number): string;
}

/** A cryptographic hash of a text, URL-safe (SHA-256); of several, as of one text that is never joined. Each is well-formed. */
export type Digest = (text: string | readonly string[]) => string;

/**
 * Structured lines without personal text. `error` means that a person must look; there is no level
 * between it and `info`.
 */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Counters, gauges and histograms by name; unknown names are an error of ours. */
export interface Metrics {
  count(name: CounterName, by?: number, labels?: Readonly<Record<string, string>>): void;
  gauge(name: GaugeName, value: number): void;
  observe(name: HistogramName, seconds: number): void;
}
export type CounterName =
  | 'parley_prompts_accepted_total'
  | 'parley_turns_ended_total'
  | 'parley_faults_total'
  | 'parley_refused_updates_total'
  | 'parley_slow_readers_total'
  | 'parley_resyncs_total'
  | 'parley_model_attempts_total'
  | 'parley_delivered_total';
export type GaugeName =
  | 'parley_peers'
  | 'parley_rooms'
  | 'parley_background_waiting'
  | 'parley_background_oldest_seconds'
  | 'parley_background_dead';
export type HistogramName =
  | 'parley_journal_commit_seconds'
  | 'parley_first_token_seconds'
  | 'parley_turn_seconds'
  | 'parley_prompt_ack_seconds';
