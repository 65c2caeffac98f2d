import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContextItem } from '@parley/server/core/context/context';
import type { Author, Entry } from '@parley/shared/entry';
import type { EntryId, TurnId } from '@parley/shared/ids';

const DATA = join(import.meta.dirname, '../../data/irc-ubuntu');

/** What people said in three days of a support channel. */
export const SAID: readonly string[] = readdirSync(DATA)
  .filter((name) => name.endsWith('.txt'))
  .flatMap((name) => readFileSync(join(DATA, name), 'utf8').split('\n'))
  .flatMap((line) => /^\[\d\d:\d\d\] <[^>]+> (.+)$/.exec(line)?.[1]?.trim() ?? []);

/** Makes a line another one, and is no word that anybody could ask for: a number, in spaces and tabs. */
export function blank(number: number): string {
  return number === 0 ? '' : number.toString(2).replaceAll('0', ' ').replaceAll('1', '\t');
}

/** A line of an entry, and whether it was planted as a copy of an earlier one. */
export interface TaggedLine {
  readonly text: string;
  readonly copied: boolean;
}

export interface Planted {
  readonly items: readonly ContextItem[];
  /** By entry. */
  readonly lines: readonly (readonly TaggedLine[])[];
}

/** A copy is a passage of one entry; of several, the newest first; or of the room as it was said, every line of it. */
export type CopyOf = 'one entry' | 'several entries' | 'a log of the room';

export interface Planting {
  readonly entries: number;
  /** Of all words, about so much is a copy. */
  readonly share: number;
  readonly of: CopyOf;
  readonly random: () => number;
  readonly count: (text: string) => number;
}

const SPEAKERS: readonly Author[] = ['ana', 'ben', 'cyd', 'dee', 'eli', 'fay', 'gus', 'hal'].map((id) => ({
  id,
  name: id,
  kind: 'user',
}));
const AI: Author = { id: 'ai', name: 'AI', kind: 'ai' };
const QUOTES = ['', '', '> ', '>> '];
/** Five messages, a prompt, an answer. */
const ROUND = 7;

/**
 * A room of real lines, which come again and again as they do where people talk, each time with other space behind
 * them, so that no byte repeats unless it was planted: passages of 2 to 30 lines, plain or quoted, alone or among new
 * lines. Answers hold no copies.
 */
export function plantedRoom({ entries, share, of, random, count }: Planting): Planted {
  let fresh = 0;
  const times = new Map<string, number>();
  const own = (): TaggedLine => {
    const line = SAID[fresh++ % SAID.length] ?? '';
    const before = times.get(line) ?? 0;
    times.set(line, before + 1);
    return { text: line + blank(before), copied: false };
  };
  const passages: string[][] = [];
  const lines: TaggedLine[][] = [];
  const items = Array.from({ length: entries }, (_, index) => {
    const isAnswer = index % ROUND === ROUND - 1;
    const length = random() < 0.7 ? 1 + Math.floor(random() * 2) : 2 + Math.floor(random() * 20);
    const said = Array.from({ length }, own);
    // A copy is about 16 lines long, an own text 5: `share` of the lines are copied when this often there is one.
    const often = (5 * share) / (16 * (1 - share));
    const passage = !isAnswer && passages.length > 0 ? copied(passages, { random, often, of }) : null;
    if (passage) said.splice(Math.floor(random() * (said.length + 1)), 0, ...passage);
    const fragment = said.filter((line) => !line.copied).map(({ text }) => text);
    if (of === 'a log of the room') passages.push(said.map(({ text }) => text));
    else if (fragment.length >= 2) passages.push(fragment);
    lines.push(said);
    return itemOf(index, said.map(({ text }) => text).join('\n'), { random, count });
  });
  return { items, lines };
}

function copied(
  passages: readonly string[][],
  { random, often, of }: { random: () => number; often: number; of: CopyOf },
): TaggedLine[] | null {
  if (random() >= often) return null;
  const wanted = 2 + Math.floor(random() * 29);
  const fitting = of === 'one entry' ? passages.filter(({ length }) => length >= Math.min(wanted, 12)) : passages;
  // What was said lately is repeated more often than what is long gone.
  const back = Math.floor(random() ** 2 * Math.min(fitting.length, 400));
  const quote = QUOTES[Math.floor(random() * QUOTES.length)] ?? '';
  const source: string[] = [];
  for (let at = fitting.length - 1 - back; fitting[at] && source.length < wanted; at += STEPS[of])
    source.push(...(fitting[at] ?? []));
  return source.slice(0, wanted).map((line) => ({ text: quote + line, copied: true }));
}

/** From one entry to the next that is copied; nobody is so far away. */
const STEPS: Readonly<Record<CopyOf, number>> = {
  'one entry': Infinity,
  'several entries': -1,
  'a log of the room': 1,
};

function itemOf(index: number, text: string, { random, count }: Pick<Planting, 'random' | 'count'>): ContextItem {
  const place = index % ROUND;
  const kind = place === ROUND - 1 ? 'answer' : place === ROUND - 2 ? 'prompt' : 'message';
  const author = kind === 'answer' ? AI : (SPEAKERS[Math.floor(random() * SPEAKERS.length)] ?? AI);
  const entry: Entry = {
    id: `e_${index}` as EntryId,
    seq: index + 1,
    kind,
    author,
    text,
    at: index,
    ...(kind === 'message' ? {} : { turn: `t_${Math.floor(index / ROUND)}` as TurnId }),
    ...(kind === 'answer' ? { outcome: 'completed' } : {}),
  };
  return { entry, tokens: count(text), influence: [author.id] };
}
