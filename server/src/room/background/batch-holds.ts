import type { JobIn } from '../../core/background/job.ts';
import type { Budgets, Reservation } from '../budgets.ts';
import { holdAgain } from './background-account.ts';

/** What is held in budgets for questions that a provider has (G7): for as long as it has them, also over a restart. */
export class BatchHolds {
  readonly #budgets: Budgets;
  readonly #held = new Map<string, Reservation>();

  constructor(budgets: Budgets) {
    this.#budgets = budgets;
  }

  add(operation: string, reservation: Reservation): void {
    this.#held.set(operation, reservation);
  }

  /** Holds for exactly these: what was held before a restart again, and nothing any more for a room that is gone. */
  keepFor(handed: readonly JobIn<'asked'>[]): void {
    const operations = new Set(handed.map(({ state }) => state.operation));
    for (const operation of [...this.#held.keys()]) if (!operations.has(operation)) this.release(operation);
    for (const job of handed)
      if (!this.#held.has(job.state.operation)) this.add(job.state.operation, holdAgain(this.#budgets, job));
  }

  release(operation: string): void {
    const reservation = this.#held.get(operation);
    if (reservation !== undefined) this.#budgets.release(reservation);
    this.#held.delete(operation);
  }
}
