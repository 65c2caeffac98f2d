import type { BudgetView } from '@parley/shared/admin';
import { utcDate } from './format.ts';

/** From this share on people are told, and less than so many tokens are too few for any answer (G7). */
export const WARN_SHARE = 0.8;
const LEAST_TOKENS = 64;

/** How a budget stands, in one word. */
export function standingOf({ tokens, used, reserved }: BudgetView): 'open' | 'fine' | 'warned' | 'spent' {
  if (tokens === null) return 'open';
  if (tokens - used - reserved < LEAST_TOKENS) return 'spent';
  return used >= tokens * WARN_SHARE ? 'warned' : 'fine';
}

/** The day on which a month's budget begins anew; `month` as `2026-11`, UTC. */
export function anewOn(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return utcDate(Date.UTC(year, number, 1));
}
