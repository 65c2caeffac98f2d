import type { LaneKey } from '@parley/shared/ids';
import { costOf, type Priced } from '../../core/budget/price.ts';
import type { RecordOf } from '../../core/records.ts';
import type { RoomRef } from '../../core/tenant.ts';
import type { ModelEnd, ModelFailure, Provider, Tokenizer } from '../../ports/model.ts';
import type { Clock } from '../../ports/system.ts';
import type { Budgets, Reservation } from '../budgets.ts';
import type { Chronicle } from '../chronicle.ts';
import { payerOfLane } from './lane-payer.ts';

export interface DigestAccountDeps {
  readonly ref: RoomRef;
  readonly lane: LaneKey;
  readonly chronicle: Chronicle;
  readonly budgets: Budgets;
  readonly tokenizer: Tokenizer;
  readonly clock: Clock;
}

type Settled = RecordOf<'digest.settled'>;

/**
 * Reserves what a digest may use (G7): in the room's account and its tenant's, or, in a private lane, in its owner's.
 * Null where that is not there; a digest that has to be shorter than it may be is not asked for.
 */
export function openDigestAccount(
  deps: DigestAccountDeps,
  asked: { readonly generation: number; readonly inputTokens: number; readonly most: number },
): DigestAccount | null {
  const { budgets } = deps;
  const { generation, inputTokens, most } = asked;
  const reserved = budgets.reserve({ ...payerOfLane(deps), inputTokens, p90: most, most });
  if ('spent' in reserved) return null;
  if (reserved.outputTokens === most) return new DigestAccount(deps, reserved, generation);
  budgets.release(reserved);
  return null;
}

/** What the calls for one digest come to, a record each (G6). */
export class DigestAccount {
  readonly #deps: DigestAccountDeps;
  readonly #reservation: Reservation;
  readonly #generation: number;
  #attempt = 1;

  constructor(deps: DigestAccountDeps, reservation: Reservation, generation: number) {
    this.#deps = deps;
    this.#reservation = reservation;
    this.#generation = generation;
  }

  /** An attempt failed: nobody said what it cost, so it is what it was sent and said. */
  failed(failure: ModelFailure, from: Provider | undefined, text: string): Settled {
    const { inputTokens } = this.#reservation.claim;
    const outputTokens = this.#deps.tokenizer.count(text);
    const spent = { inputTokens: text === '' ? 0 : inputTokens, cachedTokens: 0, cacheWriteTokens: 0, outputTokens };
    return this.#settled(failure, from, { ...spent, reasoningTokens: 0, estimated: true });
  }

  /** The last attempt is over, and nothing is held any more. */
  ended(end: ModelEnd, from: Provider | undefined, text: string): Settled {
    this.#deps.budgets.release(this.#reservation);
    if (end.reason === 'failed') return this.failed(end.class, from, text);
    const { usage, reasoningTokens = 0, cacheWriteTokens = 0, estimated = false } = end;
    const { model, ...spent } = usage;
    return this.#settled(end.reason, from ?? { provider: 'built in', model }, {
      ...{ ...spent, cacheWriteTokens, reasoningTokens, estimated },
    });
  }

  #settled(
    outcome: string,
    from: Provider | undefined,
    spent: Priced & Pick<Settled, 'reasoningTokens' | 'estimated'>,
  ): Settled {
    const { budgets, clock, lane } = this.#deps;
    const { claim, outputTokens } = this.#reservation;
    budgets.charge(this.#reservation, spent);
    const { provider, model } = from ?? { provider: 'built in', model: 'unknown' };
    const reserved = claim.inputTokens + outputTokens;
    const about = { lane, generation: this.#generation, attempt: this.#attempt++, provider, model, outcome };
    const priced = { cost: costOf(from?.price, spent), keyOf: from?.keyOf ?? 'server' } as const;
    return { type: 'digest.settled', ...about, ...spent, ...priced, reserved, at: clock.now() };
  }
}
