import type { Usage } from '@parley/shared/entry';
import type { RoomRef } from '../core/tenant.ts';
import type { Model, ModelFailure, ModelRequest, Provider } from './model.ts';

/** One of many questions; its answer comes back under this operation. */
export interface BatchQuestion {
  readonly operation: string;
  readonly request: Pick<ModelRequest, 'messages' | 'maxOutputTokens' | 'cacheKey'>;
}

/** What became of a question; they come in any order, and some may not come at all. */
export type BatchResult =
  | {
      readonly operation: string;
      readonly kind: 'answer';
      readonly text: string;
      readonly reason: string;
      readonly usage: Usage;
    }
  | { readonly operation: string; readonly kind: 'failed'; readonly class: string };

/** The request itself failed; of what it was for nothing is known. */
export interface BatchFailed {
  readonly kind: 'failed';
  readonly class: ModelFailure;
}

/**
 * A provider that answers many questions within a day, for less (G9). It keeps them until `forget`. Never rejects.
 * `label` is ours, `batch` the provider's name for the same. On one account there: what another one has is not found.
 */
export interface Batches {
  /** Whose account it is, too. */
  readonly provider: Provider;
  submit(
    label: string,
    questions: readonly BatchQuestion[],
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'submitted'; readonly batch: string } | BatchFailed>;
  /** Whether a submission of which nobody knows arrived; null: it did not. */
  find(
    label: string,
    signal: AbortSignal,
  ): Promise<{ readonly kind: 'found'; readonly batch: string | null } | BatchFailed>;
  collect(
    batch: string,
    signal: AbortSignal,
  ): Promise<
    { readonly kind: 'running' } | { readonly kind: 'ended'; readonly results: readonly BatchResult[] } | BatchFailed
  >;
  /** Takes what the provider keeps of it away; false when that is not sure. */
  forget(batch: string, signal: AbortSignal): Promise<boolean>;
}

/** A provider of batches on the account of whoever pays (G5). */
export interface BatchAccounts {
  /** On the account of a room's tenant where they brought a key, else on the server's. Never rejects. */
  for(ref: RoomRef): Promise<Batches>;
}

/** A model of which many things can be asked at once that nobody waits for. */
export interface BatchingModel extends Model {
  /** Where the first of its choices is asked so; absent where its provider takes none. */
  readonly batches?: BatchAccounts;
}
