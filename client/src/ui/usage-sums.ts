import type { UsageRow } from '@parley/shared/admin';

/** Where somebody used something, seen from one room. */
export type Place = 'here' | 'privately' | 'elsewhere';
const PLACES: readonly Place[] = ['here', 'privately', 'elsewhere'];

/** A person's rows by room as those of one room, of private lanes, and of all other rooms; without the empty ones. */
export function sumsOf(rows: readonly UsageRow[], room: string): readonly (readonly [Place, UsageRow])[] {
  return PLACES.flatMap((place) => {
    const of = rows.filter((row) => placeOf(row, room) === place);
    return of.length === 0 ? [] : [[place, of.reduce(plus)] as const];
  });
}

function placeOf({ room }: UsageRow, here: string): Place {
  if (room === null) return 'privately';
  return room === here ? 'here' : 'elsewhere';
}

function plus(a: UsageRow, b: UsageRow): UsageRow {
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}
