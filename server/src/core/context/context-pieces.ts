import type { Author, Entry } from '@parley/shared/entry';
import type { ResourceId } from '@parley/shared/label';
import type { Sighted } from './context-sight.ts';
import type { Envelopes, Harmless } from './envelope.ts';
import type { Hand } from './hand.ts';
import { foldedText } from './folded-text.ts';
import type { Influence } from '../labels/influence.ts';
import type { Repeat } from './repeats.ts';
import { linesOf, type Line } from './text-lines.ts';

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
export interface Piece extends Sighted {
  readonly role: 'user' | 'assistant';
  /** Its place in the lane's own document; of an item on a shelf, the place behind it. */
  readonly seq: number;
  readonly after: number | undefined;
  readonly resources: readonly ResourceId[];
  readonly influence: Influence;
  /** How a reference names it (C9); null where it has no number. */
  readonly cite: string | null;
  /** In full, or with references for what it repeats. */
  readonly render: (repeats: readonly Repeat<Piece>[]) => string;
}

/** Upper bounds of what is written around a body; an id and a name come on top of an envelope. */
export const ENVELOPE_TOKENS = 42;
const TOKENS_PER_CHARACTER = 0.7;
const ENDED_EARLY_TOKENS = 14;
/** Upper bound of the line that anchors a private item. */
const ANCHOR_TOKENS = 32;

/** What is said in one piece: an item, or a prompt and its answer. */
export type Placed = readonly [ContextItem] | readonly [ContextItem, ContextItem];

/** How a history is written: that of the room, or of a private lane. */
export type Writes = (placed: Placed, hand: Hand) => readonly Piece[];

export const roomPieces: Writes = ([item, answer], hand) => {
  const n = numberOf(item);
  // An answer alone is not numbered: nothing can refer to it.
  if (item.entry.kind === 'answer') return [piece(item, 'assistant', hand, { cite: null, write: (text) => text })];
  const said = piece(item, 'user', hand, { cite: n, write: (text) => saidBy(item.entry, n, hand.wrap, text) });
  if (answer === undefined) return [said];
  return [said, piece(answer, 'assistant', hand, { cite: `a${n}`, write: (text) => text })];
};

/** All of a private lane is said to the model in one message, so its own answers are wrapped too. */
export const privatePieces: Writes = (placed, hand) =>
  placed.map((item) => wrappedPiece(item, privateNumber(numberOf(item)), hand));

/** An item that is a message of nobody's: an answer is wrapped too. */
function wrappedPiece(item: ContextItem, n: string, hand: Hand): Piece {
  return piece(item, 'user', hand, { cite: n, write: (text) => wrapped(item, n, hand, text) });
}

/** The same of a part of its words, where it does not stand in its place; nobody refers to it. */
export function wrappedPart(item: ContextItem, n: string, hand: Hand, { text, more }: Shown): Piece {
  const all = wrappedPiece({ ...item, after: undefined }, n, hand);
  const render = (): string => wrapped(item, n, hand, text);
  return { ...all, tokens: all.tokens + more, folds: 'never', lines: () => null, render };
}

/** What is shown of an item, and how many tokens more that is than all of it. */
export interface Shown {
  readonly text: Harmless;
  readonly more: number;
}

/** An entry's text as the model may read it, and its lines; null where there are too many to look through. */
export function readText(
  entry: Entry,
  hand: Hand,
): { readonly text: Harmless; readonly lines: readonly Line[] | null } {
  return reading(entry, hand);
}

function wrapped({ entry }: ContextItem, n: string, { wrap }: Hand, text: Harmless): string {
  return entry.kind === 'answer' ? wrap.answered(n, text) : saidBy(entry, n, wrap, text);
}

/** The prompt in full (C7). */
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
    cite: n,
    folds: 'never',
    lines: () => null,
    render: () => hand.wrap.said({ n, id: author.id, name: author.name, kind: 'prompt' }, hand.wrap.plain(text)),
  };
}

/** Text by the server, as a piece: nobody refers to it. */
export function partPiece({ text, tokens, influence }: Pick<Piece, 'tokens' | 'influence'> & { text: string }): Piece {
  return {
    ...{ role: 'user', seq: 0, tokens, influence, resources: [], after: undefined, shelved: false, endsTurn: false },
    ...{ cite: null, folds: 'never', lines: () => null, render: () => text },
  };
}

/** As the model cites it: `12`, and `12.k3x_9a.1` for the first entry of a shelf, behind entry 12. */
export function numberOf({ entry, shelf }: ContextItem): string {
  return shelf === undefined ? String(entry.seq) : `${entry.after ?? 0}.${shelf}.${entry.seq}`;
}

/** Entries of the room and of a private lane are both counted from 1. */
export function privateNumber(n: string): string {
  return `me.${n}`;
}

interface Written {
  readonly cite: string | null;
  /** Around the harmless text. */
  readonly write: (text: Harmless) => string;
}

function piece(item: ContextItem, role: Piece['role'], hand: Hand, { cite, write }: Written): Piece {
  const { entry, after } = item;
  const read = (): Read => reading(entry, hand);
  /** Warm builds only join. */
  let written: { readonly repeats: readonly Repeat<Piece>[]; readonly text: string } | null = null;
  return {
    role,
    seq: item.shelf === undefined ? entry.seq : (entry.after ?? 0) + 1,
    tokens:
      item.tokens +
      (entry.kind === 'answer' ? ENDED_EARLY_TOKENS : 0) +
      (role === 'user' ? overhead(entry.author, after) : 0),
    endsTurn: entry.kind === 'answer',
    after,
    shelved: item.shelf !== undefined,
    resources: entry.resources ?? [],
    influence: item.influence,
    cite,
    folds: FOLDS[entry.kind] ?? 'never',
    lines: () => (cite === null ? null : read().lines),
    render: (repeats) => {
      if (written?.repeats !== repeats) {
        const text = repeats.length === 0 ? read().text : foldedText(read().lines ?? [], repeats, hand);
        written = { repeats, text: write(text) };
      }
      return written.text;
    },
  };
}

/** The model's own words stand as it said them, or it would learn to write references. */
const FOLDS: Partial<Record<Entry['kind'], Piece['folds']>> = { message: 'at-once', prompt: 'once-answered' };

function overhead({ id, name }: Author, after: number | undefined): number {
  return (
    ENVELOPE_TOKENS +
    Math.ceil((id.length + name.length) * TOKENS_PER_CHARACTER) +
    (after === undefined ? 0 : ANCHOR_TOKENS)
  );
}

export function saidBy({ author, kind }: Entry, n: string, wrap: Envelopes, text: Harmless): string {
  return wrap.said({ n, id: author.id, name: author.name, kind: kind === 'prompt' ? 'prompt' : 'message' }, text);
}

/** An answer that did not run to its end says so, and none is ever empty: providers refuse empty messages. */
function plainText({ kind, outcome, text: words }: Entry, wrap: Envelopes): Harmless {
  const text = wrap.plain(words);
  if (kind !== 'answer') return text;
  const empty = text === '';
  const ended = outcome === undefined || outcome === 'completed' ? null : outcome;
  // What is added is ours.
  if (ended === null) return empty ? ('[no answer]' as Harmless) : text;
  return (empty ? `[no answer: ${ended}]` : `${text}\n[ended early: ${ended}]`) as Harmless;
}

/** The words of an entry as the model may read them. */
interface Read {
  readonly boundary: string;
  readonly text: Harmless;
  readonly lines: readonly Line[] | null;
}

/** Entries never change, so this stands for as long as one is in memory. */
const readings = new WeakMap<Entry, Read>();

function reading(entry: Entry, { boundary, wrap }: Hand): Read {
  const known = readings.get(entry);
  if (known?.boundary === boundary) return known;
  const text = plainText(entry, wrap);
  const read = { boundary, text, lines: linesOf(text) };
  readings.set(entry, read);
  return read;
}
