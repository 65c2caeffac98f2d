import type { Entry } from '@parley/shared/entry';
import type { EntryId, LaneKey, TurnId } from '@parley/shared/ids';
import type { Source } from '../compaction/lane-digests.ts';
import type { Redacted } from './redact-records.ts';

/**
 * R14: one's own words, and the answers that one asked for; in a private lane, whose owner alone gets this far,
 * everything. Everything else takes the capability `entry.redact.any`.
 */
export function isOwnToRedact(entry: Entry, lane: LaneKey, by: string): boolean {
  return lane !== 'room' || entry.author.id === by || entry.for === by;
}

/** Everything that goes with these entries. */
export function redactionOf(all: readonly { readonly lane: LaneKey; readonly entry: Entry }[], by: string): Redacted {
  const entries = all.map(({ entry }) => entry);
  return {
    by,
    sources: all.flatMap(({ lane, entry }) => sourceOf(lane, entry) ?? []),
    entries: new Set<EntryId>(entries.map(({ id }) => id)),
    prompts: turnsOf(entries, 'prompt'),
    answers: turnsOf(entries, 'answer'),
  };
}

/** Its place in the lane's own document; null where it stands beside it, and no digest is made from it. */
export function sourceOf(lane: LaneKey, { seq, resources }: Entry): Source | null {
  return resources === undefined ? { lane, seq } : null;
}

function turnsOf(entries: readonly Entry[], kind: Entry['kind']): ReadonlySet<TurnId> {
  return new Set(entries.flatMap((entry) => (entry.kind === kind && entry.turn !== undefined ? [entry.turn] : [])));
}
