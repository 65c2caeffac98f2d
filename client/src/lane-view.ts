import type { Entry, RoomView, TicketView } from '@parley/shared/entry';
import { ENTRIES, LIVE, ROOM, TURNS } from '@parley/shared/documents';
import type { LaneView } from './view.ts';
import type * as Y from 'yjs';

/** The shared types of a transcript document, which the server alone writes. */
export interface Transcript {
  readonly entries: Y.Array<Entry>;
  readonly turns: Y.Map<TicketView>;
  readonly live: Y.Map<Y.Text>;
  readonly room: Y.Map<unknown>;
}

export function transcriptIn(doc: Y.Doc): Transcript {
  return {
    entries: doc.getArray<Entry>(ENTRIES),
    turns: doc.getMap<TicketView>(TURNS),
    live: doc.getMap<Y.Text>(LIVE),
    room: doc.getMap(ROOM),
  };
}

export const EMPTY_LANE: LaneView = { loaded: false, entries: [], firstSeq: 1, tickets: [], answering: null };

/** Running first, then by position, held ones in their place. */
export function readTickets({ turns }: Transcript): readonly TicketView[] {
  return [...turns.values()].sort((a, b) => a.position - b.position || a.seq - b.seq);
}

/** What the AI says right now, and for whom. */
export function readAnswering({ room, live }: Transcript): LaneView['answering'] {
  const ai = readRoom(room, 'ai');
  if (ai?.state !== 'answering') return null;
  return { turn: ai.turn, forId: ai.for.id, forName: ai.for.name, text: live.get(ai.turn)?.toString() ?? '' };
}

export function readTitle({ room }: Transcript): string {
  return readRoom(room, 'title') ?? '';
}

/** `seq` of the oldest entry that the document itself holds. */
export function readFirstSeq({ room }: Transcript): number {
  return readRoom(room, 'firstSeq') ?? 1;
}

/** A Y.Map has one value type for all keys; the server writes this one as a RoomView. */
function readRoom<K extends keyof RoomView>(room: Y.Map<unknown>, key: K): RoomView[K] | undefined {
  return room.get(key) as RoomView[K] | undefined;
}
