import type { LaneKey } from '@parley/shared/ids';
import { costOf } from '../../core/budget/price.ts';
import { isRefusal } from '../../core/calling/model-failure.ts';
import type { RecordOf } from '../../core/records.ts';
import type { RoomRef } from '../../core/tenant.ts';
import type { ModelEnd, Provider } from '../../ports/model.ts';
import type { Clock } from '../../ports/system.ts';
import type { Budgets, Reservation } from '../budgets.ts';
import type { Chronicle } from '../chronicle.ts';
import { payerOfLane } from './lane-payer.ts';

export interface WarmupAccountDeps {
  readonly ref: RoomRef;
  readonly lane: LaneKey;
  readonly chronicle: Chronicle;
  readonly budgets: Budgets;
  readonly clock: Clock;
}

const NOTHING = { cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, outputTokens: 0, estimated: true };

/** Reserves what a warm-up takes; null where any account that pays is four fifths used, or would be (C17). */
export function openWarmupAccount(deps: WarmupAccountDeps, inputTokens: number, most: number): WarmupAccount | null {
  const claim = { ...payerOfLane(deps), inputTokens };
  if (deps.budgets.isPressed(claim)) return null;
  const reserved = deps.budgets.reserve({ ...claim, p90: most, most });
  return 'spent' in reserved ? null : new WarmupAccount(deps, reserved);
}

/** What one warm-up comes to: a record of its own kind (G6). */
export class WarmupAccount {
  readonly #deps: WarmupAccountDeps;
  readonly #reservation: Reservation;

  constructor(deps: WarmupAccountDeps, reservation: Reservation) {
    this.#deps = deps;
    this.#reservation = reservation;
  }

  /** It is over, and nothing is held any more. */
  ended(end: ModelEnd, from: Provider | undefined): RecordOf<'warmup.settled'> {
    const { budgets, clock, lane } = this.#deps;
    const { claim, outputTokens } = this.#reservation;
    budgets.release(this.#reservation);
    const { outcome, model: named, ...spent } = this.#spent(end);
    budgets.charge(this.#reservation, spent);
    const { provider = 'built in', model = named, price, keyOf = 'server' } = from ?? {};
    const priced = { cost: costOf(price, spent), keyOf, reserved: claim.inputTokens + outputTokens };
    return { type: 'warmup.settled', lane, provider, model, outcome, ...spent, ...priced, at: clock.now() };
  }

  /** One that broke, or gave way, says nothing of what it cost: what it was sent, unless that was refused. */
  #spent(end: ModelEnd) {
    if (end.reason === 'failed') {
      const inputTokens = isRefusal(end.class) ? 0 : this.#reservation.claim.inputTokens;
      return { outcome: end.class, model: 'unknown', ...NOTHING, inputTokens };
    }
    const { reason: outcome, usage, reasoningTokens = 0, cacheWriteTokens = 0, estimated = false } = end;
    return { outcome, ...usage, reasoningTokens, cacheWriteTokens, estimated };
  }
}
