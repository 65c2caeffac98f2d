import type { EntryId } from '@parley/shared/ids';
import { numberOf, privateNumber, type ContextItem } from '../context/context-pieces.ts';
import { inOrder, isSent } from '../context/sealed-order.ts';
import { behind, type Generation } from './generation.ts';
import { keptTokens } from './head.ts';

/** C13: a digest is prepared when so much of what a conversation may use is used, … */
export const PREPARE_SHARE = 0.6;
/** … and takes its place at a turn's start when so much is. */
export const SWAP_SHARE = 0.8;
/** What the swap comes down to, with a digest as long as it may be. */
const TARGET_SHARE = 0.46;
/** What stays behind the cut at least, by size, … */
const LEAST_STAYING = 0.06;
/** … and in turns (C14). */
const STAYING_TURNS = 2;
const DIGEST_SHARE = 1 / 16;
const MOST_DIGEST_TOKENS = 2_048;
/** A shorter digest says nothing, so a lane that allows no longer one has none. */
const LEAST_DIGEST_TOKENS = 160;
/** What is sent word for word beside a digest takes no more. */
const KEPT_SHARE = 0.1;
/** So many who asked last are active: the newest prompt of each is kept (C14). */
const ACTIVE = 12;
/** A digest names an entry of so many people at least. */
const CITED = 8;

/** What a digest is to be made of. */
export interface DigestPlan {
  readonly generation: number;
  readonly from: number;
  readonly to: number;
  readonly kept: readonly EntryId[];
  /** Entries that it has to name. */
  readonly cite: readonly string[];
  readonly mostTokens: number;
}

export interface Planning {
  /** The lane's own document. */
  readonly items: readonly ContextItem[];
  readonly isPrivate: boolean;
  /** In force now. */
  readonly current: Generation | null;
  /** Of the last one that was prepared, whatever became of it. */
  readonly lastNumber: number;
  /** What the lane's conversation may use. */
  readonly budget: number;
}

/** Which digest a lane can have; null while there is nothing that one could stand for. Pure, by the lane's own items alone (R9). */
export function digestPlan({ items, isPrivate, current, lastNumber, budget }: Planning): DigestPlan | null {
  const mostTokens = Math.min(MOST_DIGEST_TOKENS, Math.floor(budget * DIGEST_SHARE));
  if (mostTokens < LEAST_DIGEST_TOKENS) return null;
  const ordered = inOrder(items);
  const fresh = behind(ordered, current);
  const to = cutOf(fresh, stayingOf(ordered, budget, mostTokens));
  const covered = fresh.filter((item) => item.entry.seq <= (to ?? 0) && isSent(item));
  const [first] = covered;
  if (to === null || first === undefined || weight(covered) < mostTokens * 2) return null;
  return {
    generation: lastNumber + 1,
    from: current?.from ?? first.entry.seq,
    to,
    kept: keptOf(ordered, to, budget * KEPT_SHARE),
    cite: citedOf(covered, isPrivate),
    mostTokens,
  };
}

/** What may stay: until the swap there comes as much again as lies between the two marks, and then the digest and what is kept. */
function stayingOf(items: readonly ContextItem[], budget: number, mostTokens: number): number {
  const kept = Math.min(weight(newestPrompts(items)), budget * KEPT_SHARE);
  const between = SWAP_SHARE - PREPARE_SHARE;
  return Math.max(budget * LEAST_STAYING, budget * (TARGET_SHARE - between) - mostTokens - kept);
}

/** The turn's end behind which enough stays and no more; no turn lies across it. */
function cutOf(items: readonly ContextItem[], staying: number): number | null {
  const answered = new Set(turnsOf(items, 'answer'));
  const ends = turnEnds(items, answered);
  let cut: number | null = null;
  let tokens = 0;
  let turns = 0;
  for (let at = items.length - 1; at >= 0; at--) {
    const item = items[at];
    if (item === undefined) break;
    if (ends.has(at) && turns >= STAYING_TURNS && (cut === null || tokens <= staying)) cut = item.entry.seq;
    if (tokens > staying && cut !== null) break;
    if (item.entry.kind === 'answer') turns++;
    if (isSent(item)) tokens += keptTokens(item);
  }
  return cut;
}

/** Where an answer ends what was begun before it; a turn that nobody has answered yet lies across nothing: its prompt is kept. */
function turnEnds(items: readonly ContextItem[], answered: ReadonlySet<string>): ReadonlySet<number> {
  const open = new Set<string>();
  const ends = new Set<number>();
  items.forEach(({ entry: { kind, turn } }, index) => {
    if (kind === 'prompt' && turn !== undefined && answered.has(turn)) open.add(turn);
    if (kind !== 'answer') return;
    if (turn !== undefined) open.delete(turn);
    if (open.size === 0) ends.add(index);
  });
  return ends;
}

/** C14: the newest prompt of each who asked lately, then those that nobody has answered yet, as far as their share holds them. */
function keptOf(items: readonly ContextItem[], to: number, most: number): readonly EntryId[] {
  const answered = new Set(turnsOf(items, 'answer'));
  const open = promptsOf(items)
    .filter(({ entry }) => entry.turn !== undefined && !answered.has(entry.turn))
    .toReversed();
  const newest = newestPrompts(items);
  let left = most;
  const kept = [...new Set([...newest, ...open])]
    .filter(({ entry }) => entry.seq <= to)
    .filter((item) => (left -= keptTokens(item)) >= 0);
  return kept.map(({ entry }) => entry.id);
}

/** Of those who asked last, the last first. */
function newestPrompts(items: readonly ContextItem[]): readonly ContextItem[] {
  const newest = new Map(promptsOf(items).map((item) => [item.entry.author.id, item]));
  return [...newest.values()].toSorted((a, b) => b.entry.seq - a.entry.seq).slice(0, ACTIVE);
}

function promptsOf(items: readonly ContextItem[]): readonly ContextItem[] {
  return items.filter((item) => item.entry.kind === 'prompt' && isSent(item));
}

/** The newest of what each person said, of those who spoke last. */
function citedOf(covered: readonly ContextItem[], isPrivate: boolean): readonly string[] {
  const newest = new Map(
    covered.filter(({ entry }) => entry.author.kind === 'user').map((item) => [item.entry.author.id, item]),
  );
  return [...newest.values()]
    .toSorted((a, b) => a.entry.seq - b.entry.seq)
    .slice(-CITED)
    .map((item) => (isPrivate ? privateNumber(numberOf(item)) : numberOf(item)));
}

function turnsOf(items: readonly ContextItem[], kind: 'answer' | 'prompt'): string[] {
  return items.flatMap(({ entry }) => (entry.kind === kind && entry.turn !== undefined ? [entry.turn] : []));
}

function weight(items: readonly ContextItem[]): number {
  return items.reduce((sum, item) => sum + keptTokens(item), 0);
}
