import { buildContext, type ContextInput, type ContextItem } from '@parley/server/core/context/context';
import { Pasts } from '@parley/server/core/context/context-past';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import { mulberry32 } from '../../kit/ids.ts';
import { bm25, wordsOf } from './bm25.ts';
import { hash, SALTS } from './duplicates.ts';
import { plantedRoom } from './planted-room.ts';

const ENTRIES = 2_100;
const QUESTIONS = 200;
/** Words of the entry that is asked for, and as many of others. */
const WORDS = 4;

/** Of the questions, to how many the evidence is in what is sent. */
export interface Found {
  readonly questions: number;
  /** The newest entries that fit, … */
  readonly recency: number;
  /** … what is most like the question and fits, … */
  readonly bm25: number;
  /** … the same in a fifth of it, … */
  readonly bm25InAFifth: number;
  /** … and what Parley sends, with what it recalls in at most a fifth. */
  readonly parley: number;
  readonly withoutRecall: number;
}

export interface Evidence {
  readonly seed: number;
  readonly budget: number;
  readonly all: Found;
  /** Only questions about an entry with a word that they do not say themselves: nobody asks for "yes, thanks" by saying it. */
  readonly sayingMore: Found;
}

interface Question {
  readonly text: string;
  readonly about: ContextItem;
  readonly saysMore: boolean;
  /** The lines of the entry that hold what is asked for. */
  readonly evidence: readonly string[];
}

/**
 * Whether what a question is about is in front of the model: an entry of any age, asked for by its rarest words among
 * words of other entries. It is there when each of its lines is that holds one of its own words, whoever says it. It
 * says what is there to be read, not how good an answer is.
 */
export function evidence(seed: number, budget: number, count: (text: string) => number): Evidence {
  const random = mulberry32(seed);
  const { items } = plantedRoom({ entries: ENTRIES, share: 0.31, of: 'one entry', random, count });
  const index = bm25(items.map(({ entry }) => entry.text));
  const asked = Array.from({ length: QUESTIONS }, (): Question => {
    const [about, other] = [random(), random()].map((one) => Math.floor(one * items.length));
    const own = index.rarest(about ?? 0, WORDS);
    return asking(items[about ?? 0], own, index.rarest(other ?? 0, WORDS));
  });
  const [pasts, words] = [new Pasts(), new RoomWords()];
  const sending = { budget, count, pasts };
  const newest = fitting(items, [...items.keys()].toReversed(), budget);
  const ways = {
    recency: () => newest,
    bm25: ({ text }: Question) => fitting(items, index.best(text), budget),
    bm25InAFifth: ({ text }: Question) => fitting(items, index.best(text), budget / 5),
    parley: ({ text }: Question) => sent(items, text, { ...sending, words }),
    withoutRecall: ({ text }: Question) => sent(items, text, { ...sending, recalled: [] }),
  };
  const found = asked.map((question) => ({
    question,
    ...mapped(ways, (linesFor) => {
      const lines = linesFor(question);
      return question.evidence.every((line) => lines.has(line));
    }),
  }));
  const shares = (some: typeof found): Found => {
    const share = (way: keyof typeof ways): number => some.filter((one) => one[way]).length / some.length;
    return { questions: some.length, ...mapped(ways, (_, way) => share(way)) };
  };
  return { seed, budget, all: shares(found), sayingMore: shares(found.filter(({ question }) => question.saysMore)) };
}

function mapped<K extends string, V, R>(all: Readonly<Record<K, V>>, to: (value: V, key: K) => R): Record<K, R> {
  // The same keys.
  return Object.fromEntries(Object.entries<V>(all).map(([key, value]) => [key, to(value, key as K)])) as Record<K, R>;
}

function asking(about: ContextItem | undefined, own: readonly string[], others: readonly string[]): Question {
  if (about === undefined) throw new Error('a question is about an entry');
  const text = [...own, ...others].join(' ');
  const said = new Set(wordsOf(text));
  const evidence = about.entry.text.split('\n').filter((line) => wordsOf(line).some((word) => own.includes(word)));
  const saysMore = wordsOf(about.entry.text).some((word) => !said.has(word));
  return { text, about, saysMore, evidence: evidence.map(unquoted) };
}

/** The lines of the first of these that fit. */
function fitting(items: readonly ContextItem[], order: readonly number[], budget: number): ReadonlySet<string> {
  const fit: string[] = [];
  let tokens = 0;
  for (const at of order) {
    tokens += items[at]?.tokens ?? 0;
    if (tokens > budget) break;
    fit.push(items[at]?.entry.text ?? '');
  }
  return linesIn(fit);
}

interface Sending extends Pick<ContextInput, 'pasts' | 'words' | 'recalled'> {
  readonly budget: number;
  readonly count: (text: string) => number;
}

/** The lines of what is sent, without the question itself. */
function sent(room: readonly ContextItem[], text: string, { count, ...more }: Sending): ReadonlySet<string> {
  const author = { id: 'ana', name: 'ana', kind: 'user' as const };
  const prompt = { seq: room.length + 1, author, text, tokens: count(text) };
  const { messages } = buildContext({ salts: SALTS, room, own: null, prompt, quotes: null, hash, ...more });
  const contents = messages.map(({ content }) => content);
  const last = contents.pop() ?? '';
  return linesIn([...contents, last.slice(0, last.lastIndexOf('<said-'))]);
}

function linesIn(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => text.split('\n').map(unquoted)));
}

function unquoted(line: string): string {
  return line.replace(/^(?:[ \t]{0,3}>)+ ?/, '').trim();
}
