import type { ContextItem } from '@parley/server/core/context/context';
import { isSent } from '@parley/server/core/context/sealed-order';
import { linesOf } from '@parley/server/core/context/text-lines';
import { excerptOf } from '@parley/server/core/recall/excerpt';
import { RoomWords } from '@parley/server/core/recall/lane-words';
import { ranked } from '@parley/server/core/recall/ranking';
import { wordsOf } from '@parley/server/core/recall/text-words';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ana, ben, item, said } from '../kit/context-items.ts';

/** The same in the plainest way: every entry is looked at for every word. */
function plainly(question: string, lane: readonly ContextItem[], may: (at: number) => boolean): number[] {
  const all = lane.map((one) => [...(isSent(one) ? wordsOf(one.entry.text) : [])]);
  const count = all.filter(({ length }) => length > 0).length;
  const mean = all.reduce((sum, { length }) => sum + length, 0) / count;
  const times = (word: number, words: readonly number[]): number => words.filter((one) => one === word).length;
  const asked = [...new Set(wordsOf(question).slice(0, 512))].flatMap((word) => {
    const having = all.filter((words) => words.includes(word)).length;
    const said_ = all.reduce((sum, words) => sum + times(word, words), 0);
    if (said_ > Math.max(8, count / 5)) return [];
    return [{ word, weight: Math.log(1 + (count - having + 0.5) / (having + 0.5)) }];
  });
  const sum = asked.reduce((weights, { weight }) => weights + weight, 0);
  const scored = all.flatMap((words, at) => {
    const about = asked.filter(({ word }) => words.includes(word));
    const share = about.reduce((weights, { weight }) => weights + weight, 0);
    if (about.length === 0 || share < sum * 0.1 * (1 - 1e-6) || !may(at)) return [];
    const score = about.reduce((scores, { word, weight }) => {
      const often = times(word, words);
      return scores + (weight * often * 2.2) / (often + 1.2 * (0.4 + (0.6 * words.length) / mean));
    }, 0);
    return [{ at, score: Math.round(score * 1e6) }];
  });
  const best = Math.max(...scored.map(({ score }) => score));
  return scored
    .filter(({ score }) => score >= best * 0.28)
    .toSorted((a, b) => b.score - a.score || b.at - a.at)
    .map(({ at }) => at);
}

const WORDS = Array.from({ length: 60 }, (_, at) => `w${at.toString(36)}x`);
/** Some words are said all the time and some hardly ever. */
const word = fc.integer({ min: 0, max: 3_599 }).map((at) => WORDS[Math.floor(Math.sqrt(at))] ?? '');
const words = (maxLength: number) => fc.array(word, { maxLength }).map((all) => all.join(' '));
/** More than one block, so that words stand in several. */
const MANY = 520;
const room = fc.tuple(fc.array(words(9), { minLength: 1, maxLength: 90 }), fc.boolean()).map(([texts, isLong]) => {
  const quiet = isLong ? MANY : 0;
  return [...Array.from({ length: quiet }, (_, at) => WORDS[at % WORDS.length] ?? ''), ...texts].map((text, index) =>
    item(index + 1, said(index % 3 === 0 ? ana : ben, text, { tokens: 9, offRecord: index % 11 === 10 })),
  );
});
/** As it is, with one entry redacted, or as it was before. */
const change = fc.record({ redacts: fc.nat(), to: fc.double({ min: 0.3, max: 1, noNaN: true }) });

test('C6 what is found is what plain BM25 finds, whatever the memory has read before', () => {
  let found = 0;
  fc.assert(
    fc.property(room, fc.array(change, { maxLength: 4 }), words(12), (told, changes, question) => {
      const memory = new RoomWords();
      let lane: readonly ContextItem[] = told;
      for (const { redacts, to } of [{ redacts: -1, to: 0.5 }, ...changes, { redacts: -1, to: 1 }]) {
        const gone = redacts % told.length;
        lane = lane.map((one, at) =>
          at === gone ? { ...one, entry: { ...one.entry, text: '', redactedBy: 'ben' } } : one,
        );
        const now = lane.slice(0, Math.ceil(lane.length * to));
        const may = (at: number): boolean => at % 7 !== 3;
        const { best } = ranked(wordsOf(question), memory.of('room').read(now), may);
        expect(best).toEqual(plainly(question, now, may));
        found += best.length;
      }
    }),
    { numRuns: 60, seed: 20_261_128 },
  );
  expect(found).toBeGreaterThan(1_000);
});

test('C6 R9 items on shelves and in any order are looked through as if they had not been there, and had been in order', () => {
  const told = Array.from({ length: 30 }, (_, at) => item(at + 1, said(ben, `${WORDS[at]} ${WORDS[at % 7]}`)));
  const shelved = told.map((one) => ({ ...one, shelf: 'abc', entry: { ...one.entry, after: one.entry.seq } }));
  const memory = new RoomWords().of('room');
  const plain = memory.read(told);
  for (const lane of [[...told, ...shelved], told.toReversed(), [...shelved, ...told.slice(7), ...told.slice(0, 7)]]) {
    const readable = memory.read(lane);
    expect(readable.items).toEqual(told);
    expect([readable.count, readable.mean]).toEqual([plain.count, plain.mean]);
    expect(memory.read(told).items).toEqual(told);
  }
});

test('C6 a word is found whatever its number is', () => {
  // The last of those that share their highest bits, and some below and above nothing.
  const rare = ['125rqq', '39pqjq', '4klnjq', '6g3sdq', 'harbour', 'turnip', 'certificate'];
  expect(rare.slice(0, 4).map((one) => (wordsOf(one)[0] ?? 0) & 0xf_ffff)).toEqual(Array(4).fill(0xf_ffff));
  const told = ['nothing', ...rare, 'nothing'].map((text, at) => item(at + 1, said(ben, text)));
  const lane = new RoomWords().of('room').read(told);
  for (const [at, one] of rare.entries()) expect(ranked(wordsOf(one), lane, () => true).best).toEqual([at + 1]);
});

test('C6 in a short lane a word is asked for that is said eight times, and not one that is said nine times', () => {
  const told = Array.from({ length: 40 }, (_, at) => item(at + 1, said(ben, at < 8 ? 'harbour' : 'turnip')));
  const lane = new RoomWords().of('room').read(told.slice(0, 17));
  const { asked, best } = ranked(wordsOf('harbour turnip'), lane, () => true);
  expect([...asked.keys()]).toEqual([...wordsOf('harbour')]);
  expect(best).toHaveLength(8);
});

test('C6 in a longer lane a word is asked for that is said by one entry in five, and not one that is said more often', () => {
  const texts = Array.from({ length: 100 }, (_, at) => (at < 20 ? 'harbour' : at < 41 ? 'turnip' : `talk ${at}x`));
  const lane = new RoomWords().of('room').read(texts.map((text, at) => item(at + 1, said(ben, text))));
  expect([...ranked(wordsOf('harbour turnip'), lane, () => true).asked.keys()]).toEqual([...wordsOf('harbour')]);
});

test('C6 what may not be found does not measure what may', () => {
  const texts = ['harbour certificate of november', `harbour ${'and so on '.repeat(9)}`, 'talk'];
  const lane = new RoomWords().of('room').read(texts.map((text, at) => item(at + 1, said(ben, text))));
  const found = (may: (at: number) => boolean) => ranked(wordsOf('harbour certificate november'), lane, may).best;
  expect(found(() => true)).toEqual([0]);
  expect(found((at) => at > 0)).toEqual([1]);
});

/** Every order of three. */
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/**
 * Of a lane in which ten words each are said by so many entries, and one of each by the first, which so has a tenth of
 * what a question for all of them counts, to the last bit or so: whether it is said, and what is found.
 */
function ofATenth(often: readonly number[], asks: readonly number[], says: readonly number[]) {
  const kinds = often.map((_, kind) => Array.from({ length: 10 }, (__, at) => `k${kind}n${at}`));
  const text = says.map((kind) => `k${kind}n0`).join(' ');
  const others = kinds.flatMap((all, kind) =>
    all.flatMap((one, at) => Array.from({ length: (often[kind] ?? 0) - (at === 0 ? 1 : 0) }, () => one)),
  );
  const lane = new RoomWords().of('room').read([text, ...others].map((one, at) => item(at + 1, said(ben, one))));
  const question = asks.map((kind) => kinds[kind]?.join(' ')).join(' ');
  const { best, asked } = ranked(wordsOf(question), lane, () => true);
  return { isSaid: excerptOf(linesOf(text) ?? [], [true], asked).length > 0, best };
}

test('C6 what an excerpt is said of is found, in whatever order its words are asked for and said', () => {
  let excerpts = 0;
  for (const often of [
    [1, 4, 7],
    [1, 6, 7],
    [3, 4, 7],
    [4, 5, 7],
  ])
    for (const asks of ORDERS)
      for (const says of ORDERS) {
        const { isSaid, best } = ofATenth(often, asks, says);
        if (!isSaid) continue;
        excerpts += 1;
        expect(best, JSON.stringify({ often, asks, says })).toEqual([0]);
      }
  expect(excerpts).toBeGreaterThan(0);
});
