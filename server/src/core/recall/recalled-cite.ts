import type { LineRange } from './excerpt.ts';

/** What was recalled of an entry, as a turn's record names it: `12`, or `me.12:3-4,9-9` for some lines, counted from 1. */
export interface RecalledCite {
  /** As the model was told it. */
  readonly n: string;
  /** Null: all of it. */
  readonly lines: readonly LineRange[] | null;
}

export function writtenCite({ n, lines }: RecalledCite): string {
  return lines === null ? n : `${n}:${lines.map(({ from, to }) => `${from + 1}-${to}`).join(',')}`;
}

export function readCite(cite: string): RecalledCite {
  const [n = '', lines] = cite.split(':');
  return { n, lines: lines === undefined ? null : lines.split(',').map(rangeOf) };
}

function rangeOf(written: string): LineRange {
  const [from = 0, to = 0] = written.split('-').map(Number);
  return { from: from - 1, to };
}
