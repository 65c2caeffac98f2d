import { quoted, type Line } from './text-lines.ts';

/** Shorter passages cost as much as the reference that would stand for them (C9). */
export const LEAST_TOKENS = 24;

/** Lines of a text that say again what an earlier one said; lines are counted from 0, `to` is behind the last. */
export interface Repeat<S> {
  readonly from: number;
  readonly to: number;
  /** The text that said it first, … */
  readonly source: S;
  /** … and the first of as many lines there. */
  readonly at: number;
  /** What marks these lines as quoted; each is `quoted(quote, body)` of the line there, byte for byte (C10). */
  readonly quote: string;
}

interface Held<S> {
  readonly source: S;
  readonly lines: readonly Line[];
  /** For each line, where the words that stand in this very text end; at the line itself where it is a repeat. Null: all stand here. */
  readonly ends: readonly number[] | null;
}

interface Spot<S> {
  readonly held: Held<S>;
  readonly at: number;
}

/**
 * Finds passages that were said before (C9). Texts come in their order; of each the places of any two lines in
 * a row, and of any line that is long enough alone, are remembered where they first stood. A passage is found
 * there and followed for as long as the lines are equal, so one changed digit ends it (C11). Linear in any text.
 */
export class Repeats<S> {
  readonly #spots = new Map<number, Spot<S>>();
  /** What was said before all that is added here; it does not grow meanwhile. */
  readonly #before: Repeats<S> | null;

  constructor(before: Repeats<S> | null = null) {
    this.#before = before;
  }

  /** The passages of a text that stand in those added before and that `visible` admits, first to last. */
  of(lines: readonly Line[], visible: (source: S) => boolean = () => true): Repeat<S>[] {
    const found: Repeat<S>[] = [];
    for (let from = 0; from < lines.length;) {
      const repeat = this.#from(lines, from, visible);
      if (repeat) found.push(repeat);
      from = repeat?.to ?? from + 1;
    }
    return found;
  }

  /** Takes a text in; `repeats` of it stand elsewhere and are not found here. */
  add(source: S, lines: readonly Line[], repeats: readonly Repeat<S>[]): void {
    const held = { source, lines, ends: repeats.length === 0 ? null : literalEnds(lines.length, repeats) };
    for (let at = 0; at < lines.length; at++) this.#remember({ held, at });
  }

  #remember(spot: Spot<S>): void {
    const { held, at } = spot;
    const [line, next] = [held.lines[at], held.lines[at + 1]];
    const end = endOf(held, at);
    if (line === undefined || line.body === '' || end === at) return;
    if (line.tokens >= LEAST_TOKENS) this.#put(alone(line), spot);
    if (next !== undefined && at + 1 < end) this.#put(together(line, next), spot);
  }

  #put(key: number, spot: Spot<S>): void {
    if (this.#spot(key) === undefined) this.#spots.set(key, spot);
  }

  #spot(key: number): Spot<S> | undefined {
    return (this.#before === null ? undefined : this.#before.#spot(key)) ?? this.#spots.get(key);
  }

  #from(lines: readonly Line[], from: number, visible: (source: S) => boolean): Repeat<S> | null {
    const [line, next] = [lines[from], lines[from + 1]];
    if (line === undefined || line.body === '') return null;
    const keys = [
      ...(next === undefined ? [] : [together(line, next)]),
      ...(line.tokens >= LEAST_TOKENS ? [alone(line)] : []),
    ];
    for (const key of keys) {
      const spot = this.#spot(key);
      if (spot === undefined || !visible(spot.held.source)) continue;
      const repeat = followed(lines, from, spot);
      if (repeat) return repeat;
    }
    return null;
  }
}

function followed<S>(lines: readonly Line[], from: number, { held, at }: Spot<S>): Repeat<S> | null {
  const quote = lines[from]?.quote ?? '';
  const end = Math.min(lines.length - from, endOf(held, at) - at);
  let length = 0;
  let tokens = 0;
  while (length < end) {
    const [line, first] = [lines[from + length], held.lines[at + length]];
    if (line === undefined || first === undefined || !isSame(line, first, quote)) break;
    tokens += line.tokens;
    length++;
  }
  return tokens < LEAST_TOKENS ? null : { from, to: from + length, source: held.source, at, quote };
}

/** Byte for byte what the first line is, quoted. */
function isSame(line: Line, first: Line, quote: string): boolean {
  return line.hash === first.hash && line.quote + line.body === quoted(quote, first.body);
}

function endOf({ ends, lines }: Held<unknown>, at: number): number {
  return ends === null ? lines.length : (ends[at] ?? at);
}

function literalEnds(count: number, repeats: readonly Repeat<unknown>[]): number[] {
  const ends = Array.from({ length: count }, () => count);
  let end = count;
  let last = repeats.length - 1;
  for (let at = count - 1; at >= 0; at--) {
    while (last >= 0 && at < (repeats[last]?.from ?? 0)) last--;
    if (at < (repeats[last]?.to ?? 0)) end = at;
    ends[at] = end;
  }
  return ends;
}

function together(line: Line, next: Line): number {
  return line.hash * 0x20_0000 + (next.hash >>> 11);
}

function alone(line: Line): number {
  return -1 - line.hash;
}
