import { LineNumbers } from './line-numbers.ts';
import { quoted, type Line } from './text-lines.ts';

/** Shorter passages cost as much as the reference that would stand for them (C9). */
export const LEAST_TOKENS = 24;
/** Fewer in one place cost as much as the place in a reference. */
const LEAST_PLACE_TOKENS = 8;

/** Lines in a row that stand in one earlier text. */
export interface Place<S> {
  /** The text that said them first, … */
  readonly source: S;
  /** … the first of them there, counted from 0, … */
  readonly at: number;
  /** … how many they are, … */
  readonly count: number;
  /** … and how much, roughly. */
  readonly tokens: number;
}

/** Lines of a text that earlier ones said; lines are counted from 0, `to` is behind the last. */
export interface Repeat<S> {
  readonly from: number;
  readonly to: number;
  /** Where they stand, one place behind the other: who pastes a log pastes what many people said. */
  readonly places: readonly Place<S>[];
  /** What marks these lines as quoted; each is `quoted(quote, body)` of the line there, byte for byte (C10). */
  readonly quote: string;
}

interface Held<S> {
  readonly source: S;
  readonly lines: readonly Line[];
  /** For each line, where the words that stand in this very text end; at the line itself where it is a repeat. Null: all stand here. */
  readonly ends: readonly number[] | null;
}

interface Numbered {
  readonly lines: readonly Line[];
  /** One for each. */
  readonly numbers: readonly number[];
}

interface Spot<S> {
  readonly held: Held<S>;
  readonly at: number;
}

/**
 * Finds passages that were said before (C9). Texts come in their order; of each the places of any two lines in
 * a row, and of any line that is long enough alone, are remembered where they first stood. A passage is found
 * there and followed for as long as the lines are equal, so one changed digit ends it (C11), and from where one text
 * ends it goes on in another. Linear in any text.
 */
export class Repeats<S> {
  readonly #spots = new Map<number, Spot<S>>();
  readonly #numbers: LineNumbers;
  /** What was said before all that is added here; it does not grow meanwhile. */
  readonly #before: Repeats<S> | null;

  /** `numbers`: of lines of these texts and of others. */
  constructor(numbers = new LineNumbers(), before: Repeats<S> | null = null) {
    this.#numbers = numbers;
    this.#before = before;
  }

  /** The passages of a text that stand in those added before and that `visible` admits, first to last. */
  of(lines: readonly Line[], visible: (source: S) => boolean = () => true): Repeat<S>[] {
    const found: Repeat<S>[] = [];
    const text = { lines, numbers: this.#numbers.of(lines) };
    for (let from = 0; from < lines.length;) {
      const repeat = this.#passage(text, from, visible);
      if (repeat) found.push(repeat);
      from = repeat?.to ?? from + 1;
    }
    return found;
  }

  /** Takes a text in; `repeats` of it stand elsewhere and are not found here. */
  add(source: S, lines: readonly Line[], repeats: readonly Repeat<S>[]): void {
    const held = { source, lines, ends: repeats.length === 0 ? null : literalEnds(lines.length, repeats) };
    const numbers = this.#numbers.of(lines);
    for (let at = 0; at < lines.length; at++) this.#remember({ held, at }, numbers);
  }

  #remember(spot: Spot<S>, numbers: readonly number[]): void {
    const { held, at } = spot;
    const [line, one, next] = [held.lines[at], numbers[at], numbers[at + 1]];
    const end = endOf(held, at);
    if (line === undefined || one === undefined || line.body === '' || end === at) return;
    if (line.tokens >= LEAST_PLACE_TOKENS) this.#put(alone(one), spot);
    if (next !== undefined && at + 1 < end) this.#put(together(one, next), spot);
  }

  #put(key: number, spot: Spot<S>): void {
    if (this.#spot(key) === undefined) this.#spots.set(key, spot);
  }

  #spot(key: number): Spot<S> | undefined {
    return (this.#before === null ? undefined : this.#before.#spot(key)) ?? this.#spots.get(key);
  }

  /** What begins at a line; none where it is short, so looking again behind its first line stays linear. */
  #passage(text: Numbered, from: number, visible: (source: S) => boolean): Repeat<S> | null {
    const quote = text.lines[from]?.quote ?? '';
    const places: Place<S>[] = [];
    let to = from;
    let tokens = 0;
    for (;;) {
      const place = text.lines[to]?.quote === quote ? this.#place(text, to, visible) : null;
      if (place === null) break;
      places.push(place);
      to += place.count;
      tokens += place.tokens;
    }
    return tokens < LEAST_TOKENS ? null : { from, to, places, quote };
  }

  #place({ lines, numbers }: Numbered, from: number, visible: (source: S) => boolean): Place<S> | null {
    const [line, one, two] = [lines[from], numbers[from], numbers[from + 1]];
    if (line === undefined || one === undefined || line.body === '') return null;
    const keys = [
      ...(two === undefined ? [] : [together(one, two)]),
      ...(line.tokens >= LEAST_PLACE_TOKENS ? [alone(one)] : []),
    ];
    for (const key of keys) {
      const spot = this.#spot(key);
      if (spot === undefined || !visible(spot.held.source)) continue;
      const place = followed(lines, from, spot);
      if (place) return place;
    }
    return null;
  }
}

function followed<S>(lines: readonly Line[], from: number, { held, at }: Spot<S>): Place<S> | null {
  const quote = lines[from]?.quote ?? '';
  const end = Math.min(lines.length - from, endOf(held, at) - at);
  let count = 0;
  let tokens = 0;
  while (count < end) {
    const [line, first] = [lines[from + count], held.lines[at + count]];
    if (line === undefined || first === undefined || !isSame(line, first, quote)) break;
    tokens += line.tokens;
    count++;
  }
  return tokens < LEAST_PLACE_TOKENS ? null : { source: held.source, at, count, tokens };
}

/** Byte for byte what the first line is, quoted. */
function isSame(line: Line, first: Line, quote: string): boolean {
  return line.body === first.body && line.quote + line.body === quoted(quote, first.body);
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

/** There are fewer lines than 2^26, so no two pairs meet. */
function together(line: number, next: number): number {
  return line * 0x400_0000 + next;
}

function alone(line: number): number {
  return -1 - line;
}
