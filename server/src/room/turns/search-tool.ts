import type { Entry } from '@parley/shared/entry';
import type { LaneKey } from '@parley/shared/ids';
import { joinInfluence } from '../../core/labels/influence.ts';
import { joinResources } from '../../core/labels/label.ts';
import { searchForModel } from '../../core/search.ts';
import { ToolFunction } from '@parley/shared/tools';
import type { Readable } from '../reading.ts';
import type { CountedEntry } from '../stacks.ts';
import type { BuiltinOutcome, BuiltinTool, CallingTurn } from './builtin-tools.ts';

const MOST_FOUND = 10;
/** Of one entry; the model asks again with other words when it needs more. */
const MOST_CHARS = 2_000;

const SEARCH = ToolFunction.parse({
  name: 'search',
  description: 'Finds what was said in this room, newest first: entries that contain all of the words.',
  parameters: {
    type: 'object',
    properties: { q: { type: 'string', description: 'The words.' } },
    required: ['q'],
    additionalProperties: false,
  },
  class: 'read',
  effect: 'read',
});

/** R3: finds what everybody in the turn's audience may read, and in a private turn the speaker's own lane too. */
export function searchTool(readable: Readable): BuiltinTool {
  return {
    function: SEARCH,
    shows: 'nobody',
    run: async (turn, { q }) => {
      if (typeof q !== 'string' || q.trim() === '') return { kind: 'failed', reason: 'Give the words to find in "q".' };
      await readable.shelves.freshen();
      return found(readable, turn, q);
    },
  };
}

function found(readable: Readable, turn: CallingTurn, q: string): BuiltinOutcome {
  const { access } = readable.shelves;
  const all = itemsOf(readable, turn);
  const admitted = all.filter(({ entry }) => access.admits(turn.audience, entry.resources ?? []));
  const hits = new Set(searchForModel(entriesOf(admitted), q, MOST_FOUND));
  const items = admitted.filter(({ entry }) => hits.has(entry)).toSorted((a, b) => b.recordSeq - a.recordSeq);
  const mine = all.filter(({ entry }) => access.mayRead(turn.speaker, entry.resources ?? []));
  const withheld = countOf(mine, q) - countOf(admitted, q);
  return {
    kind: 'done',
    text: items.length === 0 ? 'Nothing was found.' : items.map(({ entry }) => lineOf(entry)).join('\n'),
    resources: joinResources(...items.map(({ entry }) => entry.resources)),
    influence: joinInfluence(...items.map(({ influence }) => influence)),
    withheld: Math.max(0, withheld),
  };
}

/** Of the lanes that the turn is for; what it is asked itself is no find. */
function itemsOf({ chronicle: { ledger } }: Readable, { lane, turn }: CallingTurn): CountedEntry[] {
  const lanes: LaneKey[] = lane === 'room' ? ['room'] : ['room', lane];
  return lanes
    .flatMap((one) => [...ledger.entries(one), ...ledger.shelves(one).flatMap(({ items }) => items)])
    .filter(({ entry }) => entry.turn !== turn);
}

function countOf(items: readonly CountedEntry[], q: string): number {
  return searchForModel(entriesOf(items), q, Number.POSITIVE_INFINITY).length;
}

function entriesOf(items: readonly CountedEntry[]): Entry[] {
  return items.map(({ entry }) => entry);
}

/** One line of JSON each, so that no text can look like another entry (R13). */
function lineOf({ id, kind, author, at, text }: Entry): string {
  const by = { id: author.id, name: author.name };
  return JSON.stringify({ entry: id, kind, by, at: new Date(at).toISOString(), text: text.slice(0, MOST_CHARS) });
}
