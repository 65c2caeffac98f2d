import type { RecordOf } from '../records.ts';

/** What is known of one model, by the name that people choose it by. */
interface Known {
  /** When the lane's conversation was last sent to it. */
  readonly calledAt: number;
  /** Its provider was seen to read from its cache. */
  readonly caches: boolean;
}

/** What a lane's calls tell of the caches of providers (C17): a fold over its records, so that a restart knows it too. */
export interface Warmth {
  readonly models: ReadonlyMap<string, Known>;
  /** Whom the newest attempt of a turn went to. */
  readonly asked: string | null;
  /** When the last warm-up was over; null: there never was one. */
  readonly warmedAt: number | null;
  /** When the last one failed, unless one worked since. */
  readonly failedAt: number | null;
}

export const NEVER_WARM: Warmth = { models: new Map(), asked: null, warmedAt: null, failedAt: null };

/** Nothing was said of whether it could be answered. */
const GAVE_WAY = 'aborted';
const ANSWERED: ReadonlySet<string> = new Set(['stop', 'length', 'tool', 'refused']);

/** The conversation is sent: what was cached of it lives on from then. */
export function whenAttempted(warmth: Warmth, { model, at }: RecordOf<'turn.attempted'>): Warmth {
  const caches = warmth.models.get(model)?.caches ?? false;
  return { ...warmth, asked: model, models: new Map(warmth.models).set(model, { calledAt: at, caches }) };
}

/** The attempt came to something, and its provider said how much of it was read from its cache. */
export function whenSettled(warmth: Warmth, { cachedTokens }: RecordOf<'attempt.settled'>): Warmth {
  const { asked, models } = warmth;
  const known = asked === null ? undefined : models.get(asked);
  if (asked === null || known === undefined || known.caches || cachedTokens === 0) return warmth;
  return { ...warmth, models: new Map(models).set(asked, { ...known, caches: true }) };
}

export function whenWarmed(warmth: Warmth, { outcome, at }: RecordOf<'warmup.settled'>): Warmth {
  const failedAt = outcome === GAVE_WAY ? warmth.failedAt : ANSWERED.has(outcome) ? null : at;
  return { ...warmth, warmedAt: at, failedAt };
}
