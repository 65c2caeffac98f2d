import type { RecordOf } from '@parley/server/core/records';
import { EntryId, type LaneKey } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';

export interface ShelfEntry {
  readonly lane?: LaneKey;
  readonly text: string;
  readonly resources: readonly string[];
  /** Its place on its shelf; 1 when absent. */
  readonly seq?: number;
  /** The entry of the lane's own document that it stands behind. */
  readonly after: number;
  readonly influence?: readonly string[];
}

let made = 0;

/** The record of an answer that was taken out of a private lane, resources and all. */
export function shelfEntry({
  lane = 'room',
  text,
  resources,
  seq = 1,
  after,
  influence,
}: ShelfEntry): RecordOf<'entry.added'> {
  made += 1;
  return {
    type: 'entry.added',
    lane,
    entry: {
      id: EntryId.parse(`e_shelf${made}`),
      seq,
      kind: 'answer',
      author: { id: 'ai', name: 'AI', kind: 'ai' },
      text,
      at: 1,
      outcome: 'completed',
      resources: resources.map((resource) => ResourceId.parse(resource)),
      after,
    },
    tokens: Math.ceil(text.length / 4),
    ...(influence === undefined ? {} : { influence: [...influence] }),
    at: 1,
  };
}
