import type { Entry, RoomView, TicketView } from '@parley/shared/entry';
import { APPROVALS, ENTRIES, LIVE, ROOM, TURNS } from '@parley/shared/documents';
import type { ApprovalView } from '@parley/shared/tools';
import type { LaneView } from './view.ts';
import type * as Y from 'yjs';

/** The shared types of a transcript document, which the server alone writes. */
export interface Transcript {
  readonly entries: Y.Array<Entry>;
  readonly turns: Y.Map<TicketView>;
  readonly live: Y.Map<Y.Text>;
  readonly room: Y.Map<unknown>;
  /** The private lane's document alone holds any. */
  readonly approvals: Y.Map<ApprovalView>;
}

export function transcriptIn(doc: Y.Doc): Transcript {
  return {
    entries: doc.getArray<Entry>(ENTRIES),
    turns: doc.getMap<TicketView>(TURNS),
    live: doc.getMap<Y.Text>(LIVE),
    room: doc.getMap(ROOM),
    approvals: doc.getMap<ApprovalView>(APPROVALS),
  };
}

export const EMPTY_LANE: LaneView = {
  ...{ loaded: false, entries: [], firstSeq: 1, tickets: [], answering: null },
  ...{ digest: null, pins: {}, titledBy: null },
};

/** Running first, then by position, held ones in their place. */
export function readTickets({ turns }: Transcript): readonly TicketView[] {
  return [...turns.values()].sort((a, b) => a.position - b.position || a.seq - b.seq);
}

/** What the AI says right now, and for whom, or whose approval it waits for. */
export function readAnswering({ room, live }: Transcript): LaneView['answering'] {
  const ai = readRoom(room, 'ai');
  if (ai === undefined || ai.state === 'idle') return null;
  const text = live.get(ai.turn)?.toString() ?? '';
  return { state: ai.state, turn: ai.turn, forId: ai.for.id, forName: ai.for.name, text };
}

/** What waits for this person's approval, the oldest first. */
export function readApprovals({ approvals }: Transcript): readonly ApprovalView[] {
  return [...approvals.values()].sort((a, b) => a.askedAt - b.askedAt || (a.id < b.id ? -1 : 1));
}

export function readTitle({ room }: Transcript): string {
  return readRoom(room, 'title') ?? '';
}

/** `seq` of the oldest entry that the document itself holds. */
export function readFirstSeq({ room }: Transcript): number {
  return readRoom(room, 'firstSeq') ?? 1;
}

/** What stands for older entries when the AI is asked, what is pinned, and whose the title is. */
export function readKept({ room }: Transcript): Pick<LaneView, 'digest' | 'pins' | 'titledBy'> {
  const titledBy = readRoom(room, 'titledBy') ?? null;
  return { digest: readRoom(room, 'digest') ?? null, pins: readRoom(room, 'pins') ?? EMPTY_LANE.pins, titledBy };
}

/** Grows when an entry from before the document is redacted. */
export function readPastRedactions({ room }: Transcript): number {
  return readRoom(room, 'pastRedactions') ?? 0;
}

/** A Y.Map has one value type for all keys; the server writes this one as a RoomView. */
function readRoom<K extends keyof RoomView>(room: Y.Map<unknown>, key: K): RoomView[K] | undefined {
  return room.get(key) as RoomView[K] | undefined;
}
