import { privateLane, type LaneKey, type UserId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import { behind } from '../compaction/generation.ts';
import { headPart, tailPart, type Compacted, type Part } from '../compaction/head.ts';
import { joinInfluence, type Influence } from '../labels/influence.ts';
import { joinResources } from '../labels/label.ts';
import { inSight, type History } from './context-history.ts';
import type { ContextInput } from './context-input.ts';
import { partPiece, privatePieces, promptPiece, roomPieces, type ContextItem, type Piece } from './context-pieces.ts';
import type { Hand } from './hand.ts';
import { folded, inFull, type Sent } from './context-window.ts';
import { Repeats } from './repeats.ts';
import { citesOf, recallPart, type RecallPlace } from '../recall/recall-part.ts';

/** A message that is words and nothing else; history holds no other. */
export interface PlainMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What stands behind a text: from which resources it was made (R4), and whose words could have shaped it (R6). */
export interface Sources {
  readonly resources: readonly ResourceId[];
  readonly influence: Influence;
}

/** Upper bound of the system text and of the server's notes. */
export const FIXED_TOKENS = 560;
/** The room's share of the budget in a private turn; the rest is for the speaker's own lane. */
const ROOM_SHARE = 0.6;

/** Of it, left for what is recalled (C6): apart, so that what a prompt finds never moves where history starts (C5). */
const RECALL_SHARE = 0.1;

/** What a lane's conversation may use of a turn's tokens, its head included. */
export function conversationBudget(turnTokens: number, isPrivate: boolean): number {
  const budget = (turnTokens - FIXED_TOKENS) * (1 - RECALL_SHARE);
  return isPrivate ? budget * (1 - ROOM_SHARE) : budget;
}

/** What is sent behind the system text, in its order. */
export interface Layout {
  readonly messages: readonly PlainMessage[];
  /** First entry of the turn's own lane that is in it. */
  readonly firstSeq: number | undefined;
  readonly tokens: number;
  /** C13: which share of what its lane's conversation may use is used, by the lane's own items alone (R9). */
  readonly load: number;
  /** C6: how the entries are cited that are said once more. */
  readonly recalled: readonly string[];
  readonly sources: Sources;
}

/** A turn of the room: its history, and the prompt as the end of the segment that it seals (C5, C7). */
export function layOutRoom(input: ContextInput, hand: Hand): Layout {
  const prompt = lastPiece(input, hand);
  const budget = conversationBudget(input.budget, false);
  const room = lanePart(input, { lane: 'room', budget, last: prompt }, hand);
  const again = recallOf(input, { lane: 'room', part: room, budget }, hand);
  const tail = [...room.tail, ...again, prompt].map(inFull);
  return {
    messages: [...room.before, ...[...room.sent, ...tail].map(asMessage)],
    firstSeq: room.firstSeq,
    tokens: room.tokens + tokensOf(again),
    load: room.load,
    recalled: citesOf(again),
    sources: sourcesOf([...room.behind, ...again, prompt]),
  };
}

/**
 * A private turn: the room as it is for everybody, then the speaker's own items at the tail (C6), then the
 * prompt. The two parts have budgets of their own, so that what is said in one never moves the other's start.
 */
export function layOutPrivate(input: ContextInput, hand: Hand): Layout {
  const budget = conversationBudget(input.budget, false);
  const prompt = lastPiece(input, hand);
  const ownBudget = conversationBudget(input.budget, true);
  const own = lanePart(input, { lane: laneOf(input), budget: ownBudget, last: prompt }, hand);
  const roomBudget = Math.min(budget * ROOM_SHARE, budget - own.tokens);
  const room = lanePart(input, { lane: 'room', budget: roomBudget, last: null }, hand);
  const mine = alsoFolded(own.sent, room.sent);
  const again = [
    ...recallOf(input, { lane: 'room', part: room, budget: budget * ROOM_SHARE }, hand),
    ...recallOf(input, { lane: laneOf(input), part: own, budget: ownBudget }, hand),
  ];
  const tail = [...own.tail, ...again, prompt].map(inFull);
  return {
    messages: [
      ...[...room.before, ...room.sent.map(asMessage), ...room.tail.map(inMessage)],
      ...[overlayHead(input, hand), ...own.before, ...anchored([...mine, ...tail], hand)],
    ],
    firstSeq: own.firstSeq,
    tokens: room.tokens + own.tokens + tokensOf(again),
    load: own.load,
    recalled: citesOf(again),
    sources: sourcesOf([...room.behind, ...own.behind, ...again, prompt]),
  };
}

/** The lane that is asked in. */
export function laneOf({ own, prompt }: ContextInput): LaneKey {
  // A private lane is a person's.
  return own === null ? 'room' : privateLane(prompt.author.id as UserId);
}

/** One lane's conversation as it is sent, between what stands before and behind it. */
interface LanePart extends Pick<Layout, 'firstSeq' | 'tokens' | 'load'> {
  readonly before: readonly PlainMessage[];
  readonly sent: readonly Sent<Piece>[];
  /** Nothing of the conversation is left out, and nothing stands for a part of it. */
  readonly isWhole: boolean;
  readonly tail: readonly Piece[];
  /** Everything that has a say in what is sent. */
  readonly behind: readonly Piece[];
}

interface LanePlace {
  readonly lane: LaneKey;
  readonly budget: number;
  /** What is said last takes its place too. */
  readonly last: Piece | null;
}

function lanePart(input: ContextInput, { lane, budget, last }: LanePlace, hand: Hand): LanePart {
  const { head, tail } = endsOf(input, lane, budget, hand);
  const history = historyOf(input, lane, budget - tokensOf(head));
  const seen = inSight(history, withTokensOf(last, tail), hand);
  return {
    before: [...head.map(inMessage), ...leftOut(seen.leftOut, hand)],
    sent: seen.window.sent,
    isWhole: seen.leftOut === 0 && (compactedOf(input, lane)?.generation ?? null) === null,
    tail,
    behind: [...head, ...seen.behind, ...tail],
    firstSeq: seen.window.sent[0]?.piece.seq,
    tokens: seen.window.tokens + tokensOf(head),
    load: (seen.ownTokens + tokensOf(head)) / budget,
  };
}

/** What stands before and behind a lane's conversation; a clean turn has neither (R6). */
function endsOf(
  input: ContextInput,
  lane: LaneKey,
  budget: number,
  hand: Hand,
): { readonly head: readonly Piece[]; readonly tail: readonly Piece[] } {
  const compacted = compactedOf(input, lane);
  if (compacted === null) return { head: [], tail: [] };
  const place = { items: itemsOf(input, lane), isPrivate: lane !== 'room', budget };
  const tail = input.instruction === undefined ? partPieces(tailPart(compacted, place, hand)) : [];
  return { head: partPieces(headPart(compacted, place, hand)), tail };
}

function historyOf(input: ContextInput, lane: LaneKey, budget: number): History {
  const { quotes, pasts } = input;
  const all = itemsOf(input, lane);
  const writes = lane === 'room' ? roomPieces : privatePieces;
  if (quotes !== null)
    return { lane, items: all.filter(({ entry }) => quotes.includes(entry.id)), writes, budget, pasts: null };
  const items = behind(all, compactedOf(input, lane)?.generation ?? null);
  return { lane, items, writes, budget, pasts: pasts ?? null };
}

/** What is said once more of a lane, whose conversation may use `budget`: as much again as is left for it, where that is free. */
function recallOf(
  input: ContextInput,
  { lane, part, budget }: Pick<RecallPlace, 'lane' | 'budget'> & { readonly part: LanePart },
  hand: Hand,
): readonly Piece[] {
  // Nothing is gone, and most rooms are short: their entries are not looked at one by one.
  if (part.isWhole && input.recalled === undefined) return [];
  const least = (budget / (1 - RECALL_SHARE)) * RECALL_SHARE;
  const recallBudget = least + Math.max(0, Math.min(least, budget - part.tokens));
  const place = { lane, items: itemsOf(input, lane), conversation: part.sent, budget, recallBudget };
  return recallPart(input, place, hand);
}

function itemsOf({ room, own }: ContextInput, lane: LaneKey): readonly ContextItem[] {
  return lane === 'room' ? room : (own ?? []);
}

/** The prompt, or what an instruction of the server says in its place. */
function lastPiece({ instruction, own, prompt, room }: ContextInput, hand: Hand): Piece {
  if (instruction !== undefined) return partPiece({ ...instruction, influence: [] });
  return promptPiece(prompt, hand, own === null ? undefined : lastSeq(room));
}

function partPieces(part: Part): Piece[] {
  return part.text === null ? [] : [partPiece({ ...part, text: part.text })];
}

function tokensOf(pieces: readonly Pick<Piece, 'tokens'>[]): number {
  return pieces.reduce((sum, { tokens }) => sum + tokens, 0);
}

function withTokensOf(last: Piece | null, tail: readonly Piece[]): Piece | null {
  const piece = last ?? tail[0] ?? null;
  return piece && { ...piece, tokens: (last?.tokens ?? 0) + tokensOf(tail) };
}

/** What stands for a lane's older part; null: nothing does, and in a clean turn nothing is to. */
export function compactedOf({ compacted, quotes }: ContextInput, lane: LaneKey): Compacted | null {
  if (quotes !== null || compacted === undefined) return null;
  return lane === 'room' ? compacted.room : compacted.own;
}

/**
 * Private items with references also to what the room was sent; only to what it held when they were said, so that
 * a later copy in the room never changes an earlier one here (C9). It never moves where either history starts.
 */
function alsoFolded(own: readonly Sent<Piece>[], room: readonly Sent<Piece>[]): Sent<Piece>[] {
  const earlier = taken(room, new Repeats<Piece>());
  const shared = new Set(room.map(({ piece }) => piece));
  let anchor = 0;
  return own.map(({ piece }) => {
    anchor = Math.max(anchor, piece.after ?? 0);
    return folded(piece, earlier, (source) => !shared.has(source) || source.seq <= anchor);
  });
}

/** What is sent, behind what was said before it. */
function taken(sent: readonly Sent<Piece>[], said: Repeats<Piece>): Repeats<Piece> {
  for (const { piece, lines, repeats } of sent) said.add(piece, lines ?? [], repeats);
  return said;
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

function inMessage(piece: Piece): PlainMessage {
  return asMessage(inFull(piece));
}

function sourcesOf(pieces: readonly Piece[]): Sources {
  return {
    resources: joinResources(...pieces.map(({ resources }) => resources)),
    influence: joinInfluence(...pieces.map(({ influence }) => influence)),
  };
}

/** Of the lane's own document: places on shelves are counted apart. */
export function lastSeq(items: readonly ContextItem[]): number {
  // Entries are counted without gaps: usually the last one says how many there are.
  const end = items.at(-1);
  if (end?.shelf === undefined && end?.entry.seq === items.length) return items.length;
  let last = 0;
  for (const { entry, shelf } of items) if (shelf === undefined && entry.seq > last) last = entry.seq;
  return last;
}
