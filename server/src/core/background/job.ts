import type { JobKind } from '@parley/shared/background';
import type { EntryId, JobId } from '@parley/shared/ids';
import type { RoomRef } from '../tenant.ts';

/**
 * Where a job stands. Moving from one state to the next is a compare-and-set, so what a job is doing it does once,
 * also over a crash.
 */
export type JobState =
  | { readonly kind: 'waiting'; readonly attempts: number; readonly notBefore: number }
  /** Intent: a model was or will be asked under this operation, of what was said in these entries. */
  | {
      readonly kind: 'asked';
      readonly attempts: number;
      readonly operation: string;
      readonly sources: readonly EntryId[];
      /** A keyed hash of what was asked, where an answer counts only while the same would be asked again. */
      readonly basis?: string | undefined;
      /** Null: a single call. */
      readonly batch: HeldInBatch | null;
      /** Tokens that are held for it. */
      readonly reserved: number;
    }
  /** So many parts are written, up to this place. */
  | { readonly kind: 'writing'; readonly attempts: number; readonly parts: number; readonly cursor: number }
  /** All parts are written, to be fetched until then. */
  | { readonly kind: 'ready'; readonly parts: number; readonly until: number }
  /** Given up; a person may try it again or drop it. */
  | { readonly kind: 'dead'; readonly attempts: number; readonly reason: string; readonly at: number };
/** The batch that holds a question. */
export interface HeldInBatch {
  /** Ours. */
  readonly label: string;
  readonly at: number;
  /** The provider's, once it said so. */
  readonly id: string | null;
  /** On whose account there (G5); the server's when absent. */
  readonly keyOf?: 'tenant' | undefined;
}
export type StateOf<K extends JobState['kind']> = Extract<JobState, { kind: K }>;

export interface Job {
  readonly id: JobId;
  readonly ref: RoomRef;
  readonly kind: JobKind;
  /** Whoever asked for it: a user id, or `system`. */
  readonly by: string;
  readonly createdAt: number;
  readonly state: JobState;
}

/** A job in one of its states. */
export type JobIn<K extends JobState['kind']> = Job & { readonly state: StateOf<K> };

export function isIn<K extends JobState['kind']>(job: Job, kind: K): job is JobIn<K> {
  return job.state.kind === kind;
}

/** A job that failed as often is given up. */
const MOST_ATTEMPTS = 3;
const FIRST_PAUSE_MS = 60_000;
/** Where nothing went wrong and it is only not the moment. */
const POSTPONED_MS = 60_000;

/** After a failure of its own: again, later each time, and in the end not any more. */
export function failed(state: Exclude<JobState, StateOf<'ready' | 'dead'>>, reason: string, now: number): JobState {
  const tried = state.attempts + 1;
  if (tried >= MOST_ATTEMPTS) return { kind: 'dead', attempts: tried, reason, at: now };
  return { kind: 'waiting', attempts: tried, notBefore: now + FIRST_PAUSE_MS * 4 ** (tried - 1) };
}

/** It goes on later, and nothing of it counts as tried. */
export function postponed(
  { attempts: tried }: Exclude<JobState, StateOf<'ready' | 'dead'>>,
  now: number,
  ms = POSTPONED_MS,
): JobState {
  return { kind: 'waiting', attempts: tried, notBefore: now + ms };
}

/** From when on it is to be taken up; null while something else has to happen first. */
export function dueAt(state: JobState): number | null {
  if (state.kind === 'waiting') return state.notBefore;
  if (state.kind === 'writing') return 0;
  return state.kind === 'ready' ? state.until : null;
}
