/** What one tenant's calls of a minute were (G2): first ones, and extra ones because a first one failed. */
export interface RetryBudget {
  readonly slices: readonly Slice[];
}
interface Slice {
  readonly from: number;
  readonly first: number;
  readonly extra: number;
}

const MINUTE_MS = 60_000;
const SLICE_MS = 5_000;
/**
 * Of the calls of a minute a tenth may be extra. A call that met a broken target may always move to one that works and
 * counts as extra, too: a tenth of the tenth is left for those, which are few, since the next calls begin elsewhere …
 */
const MOST_SHARE = 0.09;
/** … once there are enough of them for a share to mean something. */
const ALWAYS = 10;

export const UNUSED: RetryBudget = { slices: [] };

export function counted(budget: RetryBudget, kind: 'first' | 'extra', now: number): RetryBudget {
  const recent = lately(budget, now);
  const last = recent.at(-1);
  const slice = last !== undefined && now - last.from < SLICE_MS ? last : { from: now, first: 0, extra: 0 };
  const rest = slice === last ? recent.slice(0, -1) : recent;
  return { slices: [...rest, { ...slice, [kind]: slice[kind] + 1 }] };
}

/** Whether one more extra call, which could be left undone, stays within the share. */
export function affords(budget: RetryBudget, now: number): boolean {
  const recent = lately(budget, now);
  const first = recent.reduce((sum, slice) => sum + slice.first, 0);
  const extra = recent.reduce((sum, slice) => sum + slice.extra, 0);
  return extra + 1 <= Math.max(ALWAYS, first * MOST_SHARE);
}

/** Whether nothing of it matters any more. */
export function isStale(budget: RetryBudget, now: number): boolean {
  return lately(budget, now).length === 0;
}

function lately({ slices }: RetryBudget, now: number): readonly Slice[] {
  return slices.filter(({ from }) => now - from < MINUTE_MS);
}
