import { hostDigest } from '@parley/server/adapters/host/system';
import { buildContext } from '@parley/server/core/context/context';
import { boundaryOf, envelopes } from '@parley/server/core/context/envelope';
import { mulberry32 } from '../../kit/ids.ts';
import { plantedRoom, type CopyOf, type TaggedLine } from './planted-room.ts';

export const hash = hostDigest;
export const SALTS = { room: 'bench-room', lane: 'bench-lane' };
const ENTRIES = 2_100;

interface Run {
  readonly seed: number;
  readonly of: CopyOf;
  readonly count: (text: string) => number;
}

export interface Duplicates {
  readonly seed: number;
  readonly of: CopyOf;
  readonly wanted: number;
  /** Of all tokens, how many are copies. */
  readonly share: number;
  readonly removed: number;
  /** The same without what the references take that stand there instead. */
  readonly net: number;
  readonly lost: number;
  /** What a whole-message hash would have removed of the copies. */
  readonly byWholeMessage: number;
}

/** What of the planted copies is not sent again, and what else is not sent, read from the bytes alone. */
export function duplicates(wanted: number, { seed, of, count }: Run): Duplicates {
  const { items, lines } = plantedRoom({ entries: ENTRIES, share: wanted, of, random: mulberry32(seed), count });
  const prompt = {
    seq: items.length + 1,
    author: { id: 'ana', name: 'ana', kind: 'user' as const },
    text: 'x',
    tokens: 1,
  };
  const { plain } = envelopes(boundaryOf(SALTS.room, hash));
  const { messages } = buildContext({ salts: SALTS, room: items, own: null, prompt, quotes: null, budget: 1e9, hash });
  const sent = sentLines(
    messages.map(({ content }) => content),
    boundaryOf(SALTS.room, hash),
  );
  const whole = new Set<string>();
  const sums = { copied: 0, removed: 0, own: 0, lost: 0, whole: 0 };
  lines.forEach((said, index) => {
    const there = sent[index] ?? new Set<string>();
    const text = said.map((line) => line.text).join('\n');
    if (whole.has(text))
      sums.whole += tokensOf(
        said.filter(({ copied }) => copied),
        count,
      );
    whole.add(text);
    for (const line of said) {
      const tokens = count(line.text);
      const missing = there.has(plain(line.text)) ? 0 : tokens;
      sums[line.copied ? 'copied' : 'own'] += tokens;
      sums[line.copied ? 'removed' : 'lost'] += missing;
    }
  });
  const { copied, own, removed, lost } = sums;
  const ratio = (part: number, all: number): number => (all === 0 ? 0 : part / all);
  return {
    seed,
    of,
    wanted,
    share: ratio(copied, copied + own),
    removed: ratio(removed, copied),
    net: ratio(removed - referencesIn(messages, count), copied),
    lost: ratio(lost, own),
    byWholeMessage: ratio(sums.whole, copied),
  };
}

function tokensOf(lines: readonly TaggedLine[], count: (text: string) => number): number {
  return lines.reduce((sum, { text }) => sum + count(text), 0);
}

function referencesIn(messages: readonly { readonly content: string }[], count: (text: string) => number): number {
  const reference = new RegExp(`<parley-${boundaryOf(SALTS.room, hash)} =[^#\n]+#.{6}>`, 'g');
  const all = messages.slice(1).flatMap(({ content }) => [...content.matchAll(reference)].map(([text]) => text));
  return all.reduce((sum, text) => sum + count(text), 0);
}

/** The lines that stand in each item, in the order of the entries: an answer is a message of its own. */
function sentLines(contents: readonly string[], boundary: string): ReadonlySet<string>[] {
  const items: Set<string>[] = [];
  for (const content of contents.slice(1)) {
    const parts = content.split(new RegExp(`^<said-${boundary} [^\n]*>\n`, 'm'));
    // What is before the first envelope is nothing, or all of an answer.
    for (const part of parts) if (part !== '') items.push(new Set(part.split('\n')));
  }
  return items;
}
