import type { UsageRow } from '@parley/shared/admin';

/** Where somebody used something, seen from one room. */
export type Place = 'here' | 'privately' | 'elsewhere';
const NONE: Sums = { calls: 0, inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
const PLACES: readonly Place[] = ['here', 'privately', 'elsewhere'];

export type Sums = Pick<UsageRow, 'calls' | 'inputTokens' | 'cachedTokens' | 'outputTokens'>;
type RoomRow = Sums & Pick<UsageRow, 'room'>;

/** A person's rows by room as those of one room, of private lanes, and of all other rooms; without the empty ones. */
export function sumsOf(rows: readonly RoomRow[], room: string): readonly (readonly [Place, Sums])[] {
  return PLACES.flatMap((place) => {
    const of = rows.filter((row) => placeOf(row, room) === place);
    return of.length === 0 ? [] : [[place, of.reduce<Sums>(plus, NONE)] as const];
  });
}

function placeOf({ room }: RoomRow, here: string): Place {
  if (room === null) return 'privately';
  return room === here ? 'here' : 'elsewhere';
}

function plus(a: Sums, b: Sums): Sums {
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}
