import { buildContext, type ContextInput, type ContextItem } from '@parley/server/core/context/context';
import { Pasts } from '@parley/server/core/context/context-past';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import { mulberry32 } from '../../kit/ids.ts';
import { bm25 } from './bm25.ts';
import { hash, SALTS } from './duplicates.ts';
import { plantedRoom } from './planted-room.ts';

const ENTRIES = 2_100;
const QUESTIONS = 200;
/** Words of the entry that is asked for, and as many of others. */
const WORDS = 4;

export interface Evidence {
  readonly seed: number;
  readonly budget: number;
  /** Of the questions, to how many the entry that answers them is in what is sent: the newest that fit, … */
  readonly recency: number;
  /** … what is most like the question and fits, … */
  readonly bm25: number;
  /** … the same in a fifth of it, … */
  readonly bm25InAFifth: number;
  /** … and what Parley sends, with what it recalls in at most a fifth. */
  readonly parley: number;
  readonly withoutRecall: number;
}

/**
 * Whether what a question is about is in front of the model: an entry of any age, asked for by its rarest words among
 * words of other entries. It says what is there to be read, not how good an answer is.
 */
export function evidence(seed: number, budget: number, count: (text: string) => number): Evidence {
  const random = mulberry32(seed);
  const { items } = plantedRoom({ entries: ENTRIES, share: 0.31, of: 'one entry', random, count });
  const index = bm25(items.map(({ entry }) => entry.text));
  const asked = Array.from({ length: QUESTIONS }, () => {
    const about = Math.floor(random() * items.length);
    const other = Math.floor(random() * items.length);
    return { about, question: [...index.rarest(about, WORDS), ...index.rarest(other, WORDS)].join(' ') };
  });
  const newest = fitting(items, [...items.keys()].toReversed(), budget);
  const [pasts, words] = [new Pasts(), new RoomWords()];
  const share = (has: (one: (typeof asked)[number]) => boolean): number => asked.filter(has).length / QUESTIONS;
  return {
    seed,
    budget,
    recency: share(({ about }) => newest.has(about)),
    bm25: share(({ about, question }) => fitting(items, index.best(question), budget).has(about)),
    bm25InAFifth: share(({ about, question }) => fitting(items, index.best(question), budget / 5).has(about)),
    parley: share(({ about, question }) => isSent(about, items, question, { budget, pasts, words, count })),
    withoutRecall: share(({ about, question }) =>
      isSent(about, items, question, { budget, pasts, count, recalled: [] }),
    ),
  };
}

function fitting(items: readonly ContextItem[], order: readonly number[], budget: number): ReadonlySet<number> {
  const fit = new Set<number>();
  let tokens = 0;
  for (const at of order) {
    tokens += items[at]?.tokens ?? 0;
    if (tokens > budget) break;
    fit.add(at);
  }
  return fit;
}

interface Sending extends Pick<ContextInput, 'pasts' | 'words' | 'recalled'> {
  readonly budget: number;
  readonly count: (text: string) => number;
}

function isSent(about: number, room: readonly ContextItem[], text: string, { count, ...more }: Sending): boolean {
  const author = { id: 'ana', name: 'ana', kind: 'user' as const };
  const prompt = { seq: room.length + 1, author, text, tokens: count(text) };
  const { manifest } = buildContext({ salts: SALTS, room, own: null, prompt, quotes: null, hash, ...more });
  return manifest.from - 1 <= about || manifest.recalled?.includes(String(about + 1)) === true;
}
