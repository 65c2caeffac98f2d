import type { EntryId } from '@parley/shared/ids';
import type { Compacted } from '../compaction/head.ts';
import type { Pasts } from './context-past.ts';
import type { RoomWords } from '../recall/lane-words.ts';
import type { Hand } from './hand.ts';
import type { ContextItem, ContextPrompt } from './context-pieces.ts';

export interface ContextInput {
  /** R10: `lane` begins the prompt, `room` gives the boundary. */
  readonly salts: { readonly room: string; readonly lane: string };
  /** Entries of the room lane up to the turn's start, without the prompt. */
  readonly room: readonly ContextItem[];
  /** Entries of the speaker's private lane up to the turn's start, without the prompt; null in a turn of the room. */
  readonly own: readonly ContextItem[] | null;
  readonly prompt: ContextPrompt;
  /** C3, C4: what stands for parts of each of them; absent: nothing does. */
  readonly compacted?: { readonly room: Compacted; readonly own: Compacted };
  /** C13: stands in the place of the prompt, and of what is said beside it; its author still says whose lane it is. */
  readonly instruction?: { readonly text: string; readonly tokens: number };
  /** A clean turn (R6): of all items only these are sent; null sends the conversation. */
  readonly quotes: readonly EntryId[] | null;
  /** Tokens that all of it may use (`limits.turnTokens`); a prompt that exceeds it alone is still sent whole. */
  readonly budget: number;
  /** C6: what a turn recalled when it started, as it is cited; absent: what it is about is looked for. */
  readonly recalled?: readonly string[];
  /** The room's hand, made for earlier turns: makes this faster, and changes nothing of it. */
  readonly hand?: Hand;
  /** What was read for earlier turns of this room, and likewise changes nothing. */
  readonly words?: RoomWords;
  /** What was folded for earlier turns of this room: makes this faster, and changes nothing of it. */
  readonly pasts?: Pasts;
  /** A cryptographic hash as text, of several texts as of one; gives the boundary, the hashes in references and the manifest's. */
  readonly hash: (text: string | readonly string[]) => string;
}
