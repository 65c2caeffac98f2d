import type { LaneKey } from '@parley/shared/ids';
import { saidBeside } from '../compaction/head.ts';
import type { ContextInput } from '../context/context-input.ts';
import { partPiece, type ContextItem, type Piece } from '../context/context-pieces.ts';
import type { Hand } from '../context/hand.ts';
import type { Sent } from '../context/context-window.ts';
import { Heard } from './heard.ts';
import { recalled, recalledAgain, type Recalling } from './recall.ts';

/** Upper bound of the server's line above them. */
const NOTE_TOKENS = 40;

/** Where in what is sent a lane's entries are recalled. */
export interface RecallPlace {
  readonly lane: LaneKey;
  /** All of the lane that the audience may read. */
  readonly items: readonly ContextItem[];
  /** What of the lane's conversation is sent. */
  readonly conversation: readonly Sent<Piece>[];
  /** What the conversation, and what is recalled of it, may use. */
  readonly budget: number;
  readonly recallBudget: number;
}

/** What of a lane is said once more before a prompt (C6), behind a line of the server's; a clean turn, and one that no person asked, recalls nothing. */
export function recallPart(input: ContextInput, place: RecallPlace, hand: Hand): readonly Piece[] {
  if (input.quotes !== null || input.instruction !== undefined) return [];
  const recalling = recallingOf(input, place);
  const found =
    input.recalled === undefined
      ? recalled(recalling, input.prompt.text, hand, input.words)
      : recalledAgain(recalling, input.recalled, hand);
  if (found.length === 0) return [];
  const whose = place.lane === 'room' ? 'of the room' : 'of this lane';
  const text = hand.wrap.note(
    `Earlier entries ${whose} that the prompt may be about, and that are not above any more:`,
  );
  return [partPiece({ text, tokens: NOTE_TOKENS, influence: [] }), ...found];
}

/** How the entries among these are cited. */
export function citesOf(pieces: readonly Piece[]): readonly string[] {
  return pieces.flatMap(({ cite }) => cite ?? []);
}

function recallingOf(input: ContextInput, place: RecallPlace): Recalling {
  const { lane, items, conversation, budget, recallBudget } = place;
  const compacted = lane === 'room' ? input.compacted?.room : input.compacted?.own;
  const beside = compacted === undefined ? new Set() : saidBeside(compacted, budget);
  const there = new Set(conversation.flatMap(({ piece }) => (piece.shelved ? [] : [piece.seq])));
  const isThere = ({ entry }: ContextItem): boolean => there.has(entry.seq) || beside.has(entry.id);
  const heard = (): Heard => {
    const all = new Heard();
    for (const { piece, lines } of conversation) if (!piece.shelved) all.add(lines ?? []);
    return all;
  };
  return { lane, items, isThere, heard, budget: recallBudget - NOTE_TOKENS };
}
