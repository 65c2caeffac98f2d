import type { Author, Entry } from '@parley/shared/entry';
import type { TurnId } from '@parley/shared/ids';
import type { ResourceId } from '@parley/shared/label';
import type { Envelopes } from './envelope.ts';
import type { Influence } from './influence.ts';
import { shelfKey } from './label.ts';

/** An entry with its stored token count (C16: counted once, when it was written). */
export interface ContextItem {
  readonly entry: Entry;
  readonly tokens: number;
  /** Prompts of a private lane: the last entry of the room when that turn started (C6). */
  readonly after?: number | undefined;
  /** R6: whose words could have shaped it. */
  readonly influence: Influence;
  /** Items with resources: how their shelf is cited. */
  readonly shelf?: string | undefined;
}

/** The prompt to be answered, as it will stand in its lane's transcript. */
export interface ContextPrompt {
  readonly seq: number;
  readonly author: Author;
  readonly text: string;
  readonly tokens: number;
}

/** One entry as the model reads it. */
export interface Piece {
  readonly role: 'user' | 'assistant';
  /** Its place in the lane's own document; of an item on a shelf, the place behind it. */
  readonly seq: number;
  /** Upper bound, from the stored count. */
  readonly tokens: number;
  readonly endsTurn: boolean;
  readonly after: number | undefined;
  readonly shelved: boolean;
  readonly resources: readonly ResourceId[];
  readonly influence: Influence;
  readonly render: () => string;
}

/** How a room's entries are written. */
export interface Hand {
  readonly boundary: string;
  readonly wrap: Envelopes;
}

/** Upper bounds of what is written around a body; an id and a name come on top of an envelope. */
const ENVELOPE_TOKENS = 42;
const TOKENS_PER_CHARACTER = 0.7;
const ENDED_EARLY_TOKENS = 14;
/** Upper bound of the line that anchors a private item. */
const ANCHOR_TOKENS = 32;

export function roomPieces(items: readonly ContextItem[], hand: Hand): Piece[] {
  return sealed(items).map((item) => {
    const { entry } = item;
    if (entry.kind === 'answer') return piece(item, 'assistant', hand, () => answerText(entry, hand.wrap));
    return piece(item, 'user', hand, () => said(entry, numberOf(item), hand.wrap));
  });
}

/** Items of a private lane. All of them are said to the model in one message, so its own answers are wrapped too. */
export function privatePieces(items: readonly ContextItem[], hand: Hand): Piece[] {
  return sealed(items).map((item) => {
    const { entry } = item;
    if (entry.kind === 'answer') {
      return piece(item, 'user', hand, () =>
        hand.wrap.answered(privateNumber(numberOf(item)), answerText(entry, hand.wrap)),
      );
    }
    return piece(item, 'user', hand, () => said(entry, privateNumber(numberOf(item)), hand.wrap));
  });
}

/** The prompt in full (C7), in the very bytes that it has as history later. */
export function promptPiece(prompt: ContextPrompt, hand: Hand, after?: number): Piece {
  const { author, text, seq, tokens } = prompt;
  const n = after === undefined ? String(seq) : privateNumber(String(seq));
  return {
    role: 'user',
    seq,
    tokens: tokens + overhead(author, after),
    endsTurn: false,
    after,
    shelved: false,
    resources: [],
    influence: [author.id],
    render: () => hand.wrap.said({ n, id: author.id, name: author.name, kind: 'prompt' }, text),
  };
}

/** As the model cites it: `12`, and `12.k3x_9a.1` for the first entry of a shelf, behind entry 12. */
function numberOf({ entry, shelf }: ContextItem): string {
  return shelf === undefined ? String(entry.seq) : `${entry.after ?? 0}.${shelf}.${entry.seq}`;
}

/** Entries of the room and of a private lane are both counted from 1. */
function privateNumber(n: string): string {
  return `me.${n}`;
}

function piece(item: ContextItem, role: Piece['role'], hand: Hand, write: () => string): Piece {
  const { entry, after } = item;
  return {
    role,
    seq: item.shelf === undefined ? entry.seq : (entry.after ?? 0) + 1,
    tokens: item.tokens + (role === 'assistant' ? ENDED_EARLY_TOKENS : overhead(entry.author, after)),
    endsTurn: entry.kind === 'answer',
    after,
    shelved: item.shelf !== undefined,
    resources: entry.resources ?? [],
    influence: item.influence,
    render: () => rendered(entry, hand.boundary, write),
  };
}

function overhead({ id, name }: Author, after: number | undefined): number {
  return (
    ENVELOPE_TOKENS +
    Math.ceil((id.length + name.length) * TOKENS_PER_CHARACTER) +
    (after === undefined ? 0 : ANCHOR_TOKENS)
  );
}

function said({ author, kind, text }: Entry, n: string, wrap: Envelopes): string {
  return wrap.said({ n, id: author.id, name: author.name, kind: kind === 'prompt' ? 'prompt' : 'message' }, text);
}

/** An answer that did not run to its end says so, and none is ever empty: providers refuse empty messages. */
function answerText(entry: Entry, wrap: Envelopes): string {
  const text = wrap.plain(entry.text);
  if (entry.outcome === undefined || entry.outcome === 'completed') return text === '' ? '[no answer]' : text;
  return text === '' ? `[no answer: ${entry.outcome}]` : `${text}\n[ended early: ${entry.outcome}]`;
}

/**
 * The entries a model is sent, in sealed order (C5). An answer comes right behind the prompt it answers:
 * what people said while it was written was not in front of the model and belongs to the next segment, so
 * a segment that was sent once keeps its bytes. Off-record words (T10), redacted ones (R14) and notices are absent.
 */
function sealed(items: readonly ContextItem[]): ContextItem[] {
  const sent = inOrder(items).filter(isSent);
  const prompts = new Set<TurnId>();
  const answers = new Map<TurnId, ContextItem>();
  for (const item of sent) {
    const { kind, turn } = item.entry;
    if (turn === undefined) continue;
    if (kind === 'prompt') prompts.add(turn);
    else if (kind === 'answer') answers.set(turn, item);
  }
  return sent.flatMap((item) => {
    const { kind, turn } = item.entry;
    if (turn === undefined || kind === 'message') return [item];
    if (kind === 'answer') return prompts.has(turn) ? [] : [item];
    const answer = answers.get(turn);
    return answer ? [item, answer] : [item];
  });
}

function isSent({ entry }: ContextItem): boolean {
  const isKind = entry.kind === 'message' || entry.kind === 'prompt' || entry.kind === 'answer';
  return isKind && entry.offRecord !== true && entry.redactedBy === undefined;
}

function inOrder(items: readonly ContextItem[]): readonly ContextItem[] {
  const ordered = items.every((item, index) => {
    const before = items[index - 1];
    return before === undefined || byPlace(before, item) < 0;
  });
  return ordered ? items : items.toSorted(byPlace);
}

/** By place in the lane's own document; what stands on shelves comes behind its place, shelf by shelf. */
function byPlace(a: ContextItem, b: ContextItem): number {
  return placeOf(a) - placeOf(b) || byShelf(a, b) || a.entry.seq - b.entry.seq;
}

function placeOf({ entry, shelf }: ContextItem): number {
  return shelf === undefined ? entry.seq : (entry.after ?? 0);
}

function byShelf({ entry: a }: ContextItem, { entry: b }: ContextItem): number {
  const [one, other] = [shelfKey(a.resources), shelfKey(b.resources)];
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Entries never change, so what one was rendered as stands for as long as it is in memory: warm builds only join. */
const renderings = new WeakMap<Entry, { readonly boundary: string; readonly text: string }>();

function rendered(entry: Entry, boundary: string, write: () => string): string {
  const known = renderings.get(entry);
  if (known?.boundary === boundary) return known.text;
  const text = write();
  renderings.set(entry, { boundary, text });
  return text;
}
