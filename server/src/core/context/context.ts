import { privateLane, type EntryId, type LaneKey, type UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { inSight, type History } from './context-history.ts';
import type { Pasts } from './context-past.ts';
import {
  privatePieces,
  promptPiece,
  roomPieces,
  type ContextItem,
  type ContextPrompt,
  type Hand,
  type Piece,
} from './context-pieces.ts';
import { folded, inFull, type Sent } from './context-window.ts';
import { boundaryOf, envelopes } from './envelope.ts';
import { joinInfluence, type Influence } from '../labels/influence.ts';
import { joinResources } from '../labels/label.ts';
import { Repeats } from './repeats.ts';
import { systemText } from './system-text.ts';

export type { ContextItem, ContextPrompt };

/** One message as the model is sent it. */
export type ModelMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  /** `calls`: the tools it asked for at the end of this message; each has its result behind it. */
  | { readonly role: 'assistant'; readonly content: string; readonly calls?: readonly ModelCall[] }
  | { readonly role: 'tool'; readonly call: string; readonly content: string };

/** A tool call as the model wrote it. */
export interface ModelCall {
  /** Its own name for the call. */
  readonly id: string;
  /** `tool__function`. */
  readonly name: string;
  /** JSON, as far as the model can write it. */
  readonly arguments: string;
}

/** A message that is words and nothing else; history holds no other. */
export interface PlainMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ContextInput {
  /** R10: `lane` begins the prompt, `room` gives the boundary. */
  readonly salts: { readonly room: string; readonly lane: string };
  /** Entries of the room lane up to the turn's start, without the prompt. */
  readonly room: readonly ContextItem[];
  /** Entries of the speaker's private lane up to the turn's start, without the prompt; null in a turn of the room. */
  readonly own: readonly ContextItem[] | null;
  readonly prompt: ContextPrompt;
  /** A clean turn (R6): of all items only these are sent; null sends the conversation. */
  readonly quotes: readonly EntryId[] | null;
  /** Tokens that all of it may use (`limits.turnTokens`); a prompt that exceeds it alone is still sent whole. */
  readonly budget: number;
  /** What was folded for earlier turns of this room: makes this faster, and changes nothing of it. */
  readonly pasts?: Pasts;
  /** A cryptographic hash as text; gives the boundary, the hashes in references and the manifest's. */
  readonly hash: (text: string) => string;
}

/** What was sent, as the journal keeps it (T13). */
export interface ContextManifest {
  /** First and last entry of the turn's own lane; `from` is `to + 1` when none was sent. */
  readonly from: number;
  readonly to: number;
  /** Last entry of the room lane. */
  readonly roomTo: number;
  readonly hash: string;
  /** At most this many, by the stored counts. */
  readonly tokens: number;
}

/** What stands behind a text: from which resources it was made (R4), and whose words could have shaped it (R6). */
export interface Sources {
  readonly resources: readonly ResourceId[];
  readonly influence: Influence;
}

export interface Context {
  readonly messages: readonly PlainMessage[];
  readonly manifest: ContextManifest;
  /** Of all that is sent. */
  readonly sources: Sources;
}

/** Upper bound of the system text and of the server's notes. */
export const FIXED_TOKENS = 560;
/** The room's share of the budget in a private turn; the rest is for the speaker's own lane. */
const ROOM_SHARE = 0.6;

/**
 * Lays out what the model is sent for one turn. Pure and byte-deterministic: the same entries give the same
 * bytes on any node, in whatever order they are handed in.
 *
 * Order (C1–C8): tools, of which there are none yet · system text · the ledger of pinned rows and the
 * digest of what was compacted, which come here once they exist · the room's sealed segments, where
 * everything between two answers is one message · in a private turn, the speaker's own items · the prompt.
 */
export function buildContext(input: ContextInput): Context {
  const boundary = boundaryOf(input.salts.room, input.hash);
  // The boundary is this room's secret: what a reference says of the words behind it says nothing elsewhere (R8).
  const hand = { boundary, wrap: envelopes(boundary), hash: (text: string) => input.hash(`${boundary}\n${text}`) };
  const layout = input.own === null ? layOutRoom(input, hand) : layOutPrivate(input, input.own, hand);
  const messages = merged([{ role: 'system', content: systemText(input.salts.lane, boundary) }, ...layout.messages]);
  const to = lastSeq(input.own ?? input.room);
  return {
    messages,
    manifest: {
      from: layout.firstSeq ?? to + 1,
      to,
      roomTo: lastSeq(input.room),
      hash: input.hash(framed(messages)),
      tokens: FIXED_TOKENS + layout.tokens,
    },
    sources: layout.sources,
  };
}

interface Layout {
  readonly messages: readonly PlainMessage[];
  /** First entry of the turn's own lane that is in it. */
  readonly firstSeq: number | undefined;
  readonly tokens: number;
  readonly sources: Sources;
}

/** A turn of the room: its history, and the prompt as the end of the segment that it seals (C5, C7). */
function layOutRoom(input: ContextInput, hand: Hand): Layout {
  const prompt = promptPiece(input.prompt, hand);
  const seen = inSight(historyOf(input, 'room', input.room, input.budget - FIXED_TOKENS), prompt, hand);
  return {
    messages: [...leftOut(seen.leftOut, hand), ...seen.window.sent.map(asMessage), asMessage(inFull(prompt))],
    firstSeq: seen.window.sent[0]?.piece.seq,
    tokens: seen.window.tokens,
    sources: sourcesOf([...seen.behind, prompt]),
  };
}

/**
 * A private turn: the room as it is for everybody, then the speaker's own items at the tail (C6), then the
 * prompt. The two parts have budgets of their own, so that what is said in one never moves the other's start.
 */
function layOutPrivate(input: ContextInput, items: readonly ContextItem[], hand: Hand): Layout {
  const budget = input.budget - FIXED_TOKENS;
  const prompt = promptPiece(input.prompt, hand, lastSeq(input.room));
  const lane = privateLane(input.prompt.author.id as UserId);
  const own = inSight(historyOf(input, lane, items, budget * (1 - ROOM_SHARE)), prompt, hand);
  const roomBudget = Math.min(budget * ROOM_SHARE, budget - own.window.tokens);
  const room = inSight(historyOf(input, 'room', input.room, roomBudget), null, hand);
  const overlay = [
    overlayHead(input, hand),
    ...leftOut(own.leftOut, hand),
    ...anchored([...alsoFolded(own.window.sent, room.window.sent), inFull(prompt)], hand),
  ];
  return {
    messages: [...leftOut(room.leftOut, hand), ...room.window.sent.map(asMessage), ...overlay],
    firstSeq: own.window.sent[0]?.piece.seq,
    tokens: room.window.tokens + own.window.tokens,
    sources: sourcesOf([...room.behind, ...own.behind, prompt]),
  };
}

function historyOf(
  { quotes, pasts }: ContextInput,
  lane: LaneKey,
  items: readonly ContextItem[],
  budget: number,
): History {
  const writes = lane === 'room' ? roomPieces : privatePieces;
  if (quotes === null) return { lane, items, writes, budget, pasts: pasts ?? null };
  return { lane, items: items.filter(({ entry }) => quotes.includes(entry.id)), writes, budget, pasts: null };
}

/**
 * Private items with references also to what the room was sent; only to what it held when they were said, so that
 * a later copy in the room never changes an earlier one here (C9). It never moves where either history starts.
 */
function alsoFolded(own: readonly Sent<Piece>[], room: readonly Sent<Piece>[]): Sent<Piece>[] {
  const earlier = new Repeats<Piece>();
  for (const { piece, lines, repeats } of room) earlier.add(piece, lines ?? [], repeats);
  const shared = new Set(room.map(({ piece }) => piece));
  let anchor = 0;
  return own.map(({ piece }) => {
    anchor = Math.max(anchor, piece.after ?? 0);
    return folded(piece, earlier, (source) => !shared.has(source) || source.seq <= anchor);
  });
}

/** The nonce keeps anybody from probing the provider's cache for what follows the part that others know (C6). */
function overlayHead({ hash, salts, prompt }: ContextInput, { wrap }: Hand): PlainMessage {
  const nonce = hash(`overlay\n${salts.lane}\n${prompt.author.id}`).slice(0, 24);
  return byServer(wrap.note(`${nonce}: from here on only the person asking and you can read along.`));
}

/** Private items, each run of them behind a line that says after which entry of the room it came. */
function anchored(sent: readonly Sent<Piece>[], { wrap }: Hand): PlainMessage[] {
  let anchor: number | undefined;
  return sent.flatMap((one) => {
    const { after } = one.piece;
    if (after === undefined || after === anchor) return [asMessage(one)];
    anchor = after;
    return [byServer(wrap.note(`After entry ${anchor}:`)), asMessage(one)];
  });
}

function leftOut(count: number, { wrap }: Hand): PlainMessage[] {
  if (count === 0) return [];
  return [byServer(wrap.note(count === 1 ? '1 earlier entry is left out.' : `${count} earlier entries are left out.`))];
}

function byServer(content: string): PlainMessage {
  return { role: 'user', content };
}

function asMessage({ piece, repeats }: Sent<Piece>): PlainMessage {
  return { role: piece.role, content: piece.render(repeats) };
}

/** Joins neighbours of one role: a segment is one message, and some models insist that roles alternate. */
function merged(messages: readonly PlainMessage[]): PlainMessage[] {
  const runs: { role: PlainMessage['role']; parts: string[] }[] = [];
  for (const { role, content } of messages) {
    const last = runs.at(-1);
    if (last?.role === role) last.parts.push(content);
    else runs.push({ role, parts: [content] });
  }
  return runs.map(({ role, parts }) => ({ role, content: parts.join('\n') }));
}

/** One text for all of them, and no other messages have the same; writing them as JSON takes longer than all the rest. */
function framed(messages: readonly PlainMessage[]): string {
  return messages.map(({ role, content }) => `${role} ${content.length}\n${content}\n`).join('');
}

function sourcesOf(pieces: readonly Piece[]): Sources {
  return {
    resources: joinResources(...pieces.map(({ resources }) => resources)),
    influence: joinInfluence(...pieces.map(({ influence }) => influence)),
  };
}

/** Of the lane's own document: places on shelves are counted apart. */
function lastSeq(items: readonly ContextItem[]): number {
  // Entries are counted without gaps: usually the last one says how many there are.
  const end = items.at(-1);
  if (end?.shelf === undefined && end?.entry.seq === items.length) return items.length;
  let last = 0;
  for (const { entry, shelf } of items) if (shelf === undefined && entry.seq > last) last = entry.seq;
  return last;
}
