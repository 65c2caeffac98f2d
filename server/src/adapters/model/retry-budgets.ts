import { affords, counted, isStale, UNUSED, type RetryBudget } from '../../core/calling/retry-budget.ts';
import { tenantKey, type RoomRef } from '../../core/tenant.ts';
import type { Clock } from '../../ports/system.ts';

/** Beyond so many, those of tenants that were quiet for a minute are forgotten. */
const MANY = 1_000;

/** The retry budget of every tenant that called a model lately (G2). */
export class RetryBudgets {
  readonly #clock: Clock;
  readonly #tenants = new Map<string, RetryBudget>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  count(caller: RoomRef | null, kind: 'first' | 'extra'): void {
    const id = idOf(caller);
    if (this.#tenants.size >= MANY) this.#forgetQuiet();
    this.#tenants.set(id, counted(this.#tenants.get(id) ?? UNUSED, kind, this.#clock.now()));
  }

  affords(caller: RoomRef | null): boolean {
    return affords(this.#tenants.get(idOf(caller)) ?? UNUSED, this.#clock.now());
  }

  #forgetQuiet(): void {
    for (const [id, budget] of this.#tenants) if (isStale(budget, this.#clock.now())) this.#tenants.delete(id);
  }
}

function idOf(caller: RoomRef | null): string {
  return caller === null ? '' : tenantKey(caller.tenant);
}
