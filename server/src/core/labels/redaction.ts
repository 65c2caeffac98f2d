import type { Entry } from '@parley/shared/entry';
import type { EntryId, LaneKey, TurnId } from '@parley/shared/ids';
import type { Redacted } from './redact-records.ts';

/**
 * R14: one's own words, and the answers that one asked for; in a private lane, whose owner alone gets this far,
 * everything. Everything else takes the capability `entry.redact.any`.
 */
export function isOwnToRedact(entry: Entry, lane: LaneKey, by: string): boolean {
  return lane !== 'room' || entry.author.id === by || entry.for === by;
}

/** Everything that goes with these entries. */
export function redactionOf(entries: readonly Entry[], by: string): Redacted {
  return {
    by,
    entries: new Set<EntryId>(entries.map(({ id }) => id)),
    prompts: turnsOf(entries, 'prompt'),
    answers: turnsOf(entries, 'answer'),
  };
}

function turnsOf(entries: readonly Entry[], kind: Entry['kind']): ReadonlySet<TurnId> {
  return new Set(entries.flatMap((entry) => (entry.kind === kind && entry.turn !== undefined ? [entry.turn] : [])));
}
