import type { Entry } from '@parley/shared/entry';
import type { EntryId, UserId } from '@parley/shared/ids';
import { joinResources, shelfKey } from '../../core/label.ts';
import type { LaneState, RunningTurn } from '../../core/lane.ts';
import type { RecordOf } from '../../core/records.ts';
import { openCall } from '../../core/turn-work.ts';

/** What people have to hear of a call besides the answer. */
export interface Told {
  /** The speaker alone. */
  readonly speaker?: { readonly user: UserId; readonly text: string };
  /** Everybody who may read the answer: an entry at its place in the lane. */
  readonly lane?: (state: LaneState, place: Pick<Entry, 'at'> & { readonly id: EntryId }) => Entry;
}

/**
 * R3: only the speaker hears that something was withheld. D5: a call of which nobody knows whether it happened is
 * told to whoever may read what it was made from; what it was about stays with its speaker (T41).
 */
export function toldOf(record: RecordOf<'call.ended'>, turn: RunningTurn): Told {
  // The record is of the call that was next before it.
  const title = openCall(turn)?.proposed.title ?? 'a tool';
  return {
    ...(record.withheld === 0
      ? {}
      : { speaker: { user: turn.author.id as UserId, text: withheld(record.withheld, title) } }),
    ...(record.outcome === 'unknown'
      ? { lane: (state, place) => unknownNotice(state, place, { title, turn, record }) }
      : {}),
  };
}

function withheld(count: number, title: string): string {
  const [what, were, them] = count === 1 ? ['1 result', 'was', 'it'] : [`${count} results`, 'were', 'them'];
  return `${what} of ${title} ${were} withheld here, because not everybody who reads along may read ${them}. Ask privately.`;
}

function unknownNotice(
  state: LaneState,
  { id, at }: Pick<Entry, 'at'> & { readonly id: EntryId },
  {
    title,
    turn,
    record,
  }: { readonly title: string; readonly turn: RunningTurn; readonly record: RecordOf<'call.ended'> },
): Entry {
  const resources = joinResources(turn.resources, record.resources);
  const text = `${title}, for ${turn.author.name}: whether this call happened is not known. It is not made again by itself; somebody has to look.`;
  return { id, ...placeFor(state, resources), kind: 'notice', turn: turn.turn, author: SYSTEM, text, at };
}

function placeFor(
  state: LaneState,
  resources: ReturnType<typeof joinResources>,
): Pick<Entry, 'seq' | 'resources' | 'after'> {
  if (resources.length === 0) return { seq: state.lastEntrySeq + 1 };
  const seq = (state.shelves.get(shelfKey(resources)) ?? 0) + 1;
  return { seq, resources: [...resources], after: state.lastEntrySeq };
}

export const SYSTEM = { id: 'system', name: 'Parley', kind: 'system' } as const;
