import type { TurnId } from '@parley/shared/ids';
import type { ModelFailure } from './model-failure.ts';

/** G2: this attempt failed and another provider is asked the same: what it showed is void. */
export interface Retried {
  readonly type: 'retried';
  readonly turn: TurnId;
  readonly step: number;
  readonly attempt: number;
  readonly model: string;
  readonly failed: ModelFailure;
}
