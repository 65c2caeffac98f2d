import type { Envelopes, Harmless } from './envelope.ts';
import type { Repeat } from './repeats.ts';
import { quoted, type Line } from './text-lines.ts';

/** How an item is named in a reference, and its lines. */
export interface Cited {
  readonly cite: string | null;
  readonly lines: () => readonly Line[] | null;
}

export interface Folding {
  readonly wrap: Envelopes;
  readonly hash: (text: string) => string;
}

/** Tells a reference to other words apart, should a text be cited by a number it has no longer. */
const HASH_LENGTH = 6;

/** A harmless text with a reference in the place of each passage that it repeats (C9), behind the passage's quote marks. */
export function foldedText(
  lines: readonly Line[],
  repeats: readonly Repeat<Cited>[],
  { wrap, hash }: Folding,
): Harmless {
  const parts: string[] = [];
  let at = 0;
  for (const repeat of repeats) {
    const { from, to, places, quote } = repeat;
    for (; at < from; at++) parts.push(lineOf(lines[at]));
    const passage = resolved(repeat);
    if (passage !== lines.slice(from, to).map(lineOf).join('\n'))
      throw new Error('must: a reference resolves to what it stands for');
    const cited = places.map(({ source, at, count }) => ({ cite: source.cite ?? '', from: at + 1, to: at + count }));
    parts.push(quote + wrap.reference(cited, hash(passage).slice(0, HASH_LENGTH)));
    at = to;
  }
  for (; at < lines.length; at++) parts.push(lineOf(lines[at]));
  // Lines of harmless texts, and references of ours.
  return parts.join('\n') as Harmless;
}

/** What a reference stands for (C10). */
function resolved({ places, quote }: Repeat<Cited>): string {
  return places
    .flatMap(({ source, at, count }) => (source.lines() ?? []).slice(at, at + count))
    .map(({ body }) => quoted(quote, body))
    .join('\n');
}

function lineOf(line: Line | undefined): string {
  return line === undefined ? '' : line.quote + line.body;
}
