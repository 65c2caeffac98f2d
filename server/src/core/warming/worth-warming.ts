import type { Warmth } from './warmth.ts';

/** What a provider keeps of what it is sent. */
export interface Caching {
  /** For so long since it was last sent. */
  readonly lifetimeMs: number;
  /** Shorter beginnings are not kept. */
  readonly leastTokens: number;
  /** The operator says so; else it counts once it was seen. */
  readonly isDeclared: boolean;
}

/** What holds at most providers. */
export const USUAL_CACHING: Caching = { lifetimeMs: 300_000, leastTokens: 1_024, isDeclared: false };

/** What the operator says: for so long, or, with 0, not at all. */
export function declaredCaching(lifetimeMs: number): Caching {
  return { ...USUAL_CACHING, lifetimeMs, isDeclared: true };
}

/** So much of its lifetime is over: it may be cold when a prompt comes. */
const ALMOST_OVER = 0.9;
/** What the provider has of the next turn's prefix, when less, is not what the next turn begins with. */
const LEAST_SEEN = 0.5;
/** After one that failed. */
const REST_MS = 3_600_000;

/** `closed`: nothing is sent, whatever the next turn begins with. `warm`: only if that is not what was sent last. */
export type Heat = 'closed' | 'cold' | 'warm';

export interface Looking {
  readonly warmth: Warmth;
  /** The model that would be asked. */
  readonly model: string;
  /** It is known to cache, from this lane or from one that everybody here may know of. */
  readonly caches: boolean;
  readonly caching: Caching;
  readonly now: number;
}

/** How a provider's cache of a lane stands, before anything is built. One warm-up a lifetime, whatever came of it (C17). */
export function heatOf({ warmth, model, caches, caching, now }: Looking): Heat {
  const { lifetimeMs, isDeclared } = caching;
  const since = (at: number | null | undefined): number => (at == null ? Number.POSITIVE_INFINITY : now - at);
  if (lifetimeMs === 0 || !(caches || isDeclared)) return 'closed';
  if (since(warmth.warmedAt) < lifetimeMs || since(warmth.failedAt) < REST_MS) return 'closed';
  return since(warmth.models.get(model)?.calledAt) < lifetimeMs * ALMOST_OVER ? 'warm' : 'cold';
}

/** What the next turn would be sent up to its prompt. */
export interface Prefix {
  readonly tokens: number;
  /** Which share of it the last turn was sent too; null: nobody knows. */
  readonly seen: number | null;
}

/** Whether a warm-up is worth its price now. */
export function isWorthWarming(heat: Heat, { tokens, seen }: Prefix, { leastTokens }: Caching): boolean {
  if (heat === 'closed' || tokens < leastTokens) return false;
  return heat === 'cold' || (seen !== null && seen < LEAST_SEEN);
}
