import type { RoomId, UserId } from '@parley/shared/ids';
import type { Scope } from './scopes.ts';

/** Whom a call is charged to. */
export type Payer =
  | {
      readonly room: RoomId;
      readonly user: UserId;
      /** In the room's own lane; a private one is charged to no room (R9). */
      readonly shared: boolean;
    }
  /** Nobody asked: the room, and what a tenant has for background work (G9). */
  | { readonly room: RoomId; readonly user: null };

/** Tokens that a call used. */
export interface Spent {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

export function scopesOf(payer: Payer): readonly Scope[] {
  const { room, user } = payer;
  if (user === null) return [{ kind: 'tenant' }, { kind: 'background' }, { kind: 'room', room }];
  const { shared } = payer;
  const own: Scope[] = [{ kind: 'tenant' }, { kind: 'user', user }, { kind: 'grant', room, user }];
  return shared ? [...own, { kind: 'room', room }] : own;
}

/** G6: what the provider had cached is the room's, and its tenant's; the rest is the speaker's too. */
export function chargeOf({ kind }: Scope, { inputTokens, cachedTokens, outputTokens }: Spent): number {
  const cached = kind === 'user' || kind === 'grant' ? Math.min(cachedTokens, inputTokens) : 0;
  return inputTokens - cached + outputTokens;
}

/** An answer that may be no longer than that is not worth asking for. */
const LEAST_OUTPUT = 64;

/**
 * How many tokens an answer may take where so many are left: as many as any may, else as many as nine of ten need,
 * else what there is; null when that is nothing. Calls that hold no more than this never use more than there is.
 */
export function outputWithin(space: number, p90: number, most: number): number | null {
  if (space >= most) return most;
  if (space >= p90) return Math.min(most, Math.max(p90, LEAST_OUTPUT));
  return space >= LEAST_OUTPUT ? Math.floor(space) : null;
}
