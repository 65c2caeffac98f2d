/** Texts, ranked by how much their words are those of a question. */
export interface Ranking {
  /** Those that share a word with it, best first. */
  readonly best: (question: string) => readonly number[];
  /** Words of a text that few others have. */
  readonly rarest: (at: number, count: number) => readonly string[];
}

const SATURATION = 1.2;
const LENGTH = 0.75;

/** BM25 (Robertson and Zaragoza 2009) as everybody has it. */
export function bm25(texts: readonly string[]): Ranking {
  const words = texts.map(wordsOf);
  const mean = words.reduce((sum, { length }) => sum + length, 0) / words.length;
  const postings = new Map<string, Map<number, number>>();
  words.forEach((said, at) => {
    for (const word of said) {
      const places = postings.get(word) ?? new Map<number, number>();
      postings.set(word, places.set(at, (places.get(at) ?? 0) + 1));
    }
  });
  const weight = (word: string): number => {
    const having = postings.get(word)?.size ?? 0;
    return Math.log(1 + (texts.length - having + 0.5) / (having + 0.5));
  };
  return {
    best: (question) => {
      const scores = new Map<number, number>();
      for (const word of new Set(wordsOf(question))) {
        for (const [at, times] of postings.get(word) ?? []) {
          const long = 1 - LENGTH + (LENGTH * (words[at]?.length ?? 0)) / mean;
          const score = (weight(word) * times * (SATURATION + 1)) / (times + SATURATION * long);
          scores.set(at, (scores.get(at) ?? 0) + score);
        }
      }
      return [...scores].toSorted(([a, one], [b, other]) => other - one || b - a).map(([at]) => at);
    },
    rarest: (at, count) =>
      [...new Set(words[at])].toSorted((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1)).slice(0, count),
  };
}

export function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2);
}
