import { LineNumbers } from './line-numbers.ts';
import { Repeats, type Repeat } from './repeats.ts';
import { leastTokens, type Line } from './text-lines.ts';

/**
 * What is left of the budget when old entries have been dropped. Each drop costs the provider's cache all that is left,
 * and the less is left the longer it lasts: with x of the budget new at a turn, 2x / (1 − share²) of all input is read anew.
 */
const LOW_WATER = 0.4;
/** What inlined passages may bring back of what was dropped for them. */
const SETTLED = 0.8;
/** Upper bounds of a reference with one place, with what it costs the text around it, and of each further place: on a private shelf, far back. */
const REFERENCE_TOKENS = 42;
const PLACE_TOKENS = 22;

export interface Sized {
  readonly tokens: number;
  /** True for an answer: cutting behind it is a turn boundary. */
  readonly endsTurn: boolean;
  /** The lines that others may refer to; null where nobody can say where they stand. */
  readonly lines: () => readonly Line[] | null;
  /** Whether what it repeats is sent as a reference. `once-answered`: in full for as long as it is the newest (C11). */
  readonly folds: 'never' | 'at-once' | 'once-answered';
}

/** An item as it is sent. */
export interface Sent<P> {
  readonly piece: P;
  /** Its lines, where others may refer to them. */
  readonly lines: readonly Line[] | null;
  readonly repeats: readonly Repeat<P>[];
  /** Upper bound, references for what it repeats. */
  readonly tokens: number;
}

/**
 * What of a history is sent when not all of it fits, and what of that is sent as references (C9, C10).
 *
 * It is a fold over the items in their order, so it depends on nothing but them and the budget: each item
 * is added, and when the sum exceeds the budget the oldest turns go until 40 % is used. What was dropped at
 * one turn is therefore dropped at every later one, and between two drops neither the start nor any earlier item
 * changes. With a drop, passages whose first copy went are sent in full where they stand first then. Single
 * entries go only where no whole turn is left before the newest item.
 */
export class Window<P extends Sized> {
  readonly #budget: number;
  readonly #numbers: LineNumbers;
  #sent: Sent<P>[] = [];
  #repeats: Repeats<P>;
  #newest: P | null = null;
  #start = 0;
  /** Of what is sent, without the newest. */
  #tokens = 0;

  constructor(budget: number, numbers = new LineNumbers()) {
    this.#budget = budget;
    this.#numbers = numbers;
    this.#repeats = new Repeats(numbers);
  }

  add(piece: P): void {
    if (piece.folds === 'once-answered') this.addNewest(piece);
    this.#newest = null;
    this.#push(piece);
    this.#fit();
  }

  /** The prompt to be answered: in full, and behind `sent`. */
  addNewest(piece: P): void {
    this.#newest = piece;
    this.#fit();
  }

  /** One that goes on apart from this, which does not grow meanwhile. */
  copy(): Window<P> {
    const copy = new Window<P>(this.#budget, new LineNumbers(this.#numbers));
    copy.#sent = [...this.#sent];
    copy.#repeats = new Repeats(copy.#numbers, this.#repeats);
    copy.#start = this.#start;
    copy.#tokens = this.#tokens;
    return copy;
  }

  /** How many of the items added are not sent any more. */
  get start(): number {
    return this.#start;
  }

  /** What is sent, without the newest. */
  get sent(): readonly Sent<P>[] {
    return this.#sent;
  }

  /** Of all that is sent. */
  get tokens(): number {
    return this.#tokens + (this.#newest?.tokens ?? 0);
  }

  #push(piece: P): void {
    // An answer is named by its prompt, which is gone when the answer is the first.
    const nameless = piece.endsTurn && this.#sent.length === 0;
    const one = nameless ? inFull(piece) : folded(piece, this.#repeats);
    this.#sent.push(one);
    this.#tokens += one.tokens;
  }

  /** Halving the target bounds how often the rest is folded anew when much of what was dropped comes back inlined. */
  #fit(): void {
    if (this.tokens <= this.#budget) return;
    for (let target = this.#budget * LOW_WATER; this.#mustDrop(); target /= 2) {
      this.#drop(target);
      this.#refold();
    }
  }

  #mustDrop(): boolean {
    return this.tokens > this.#budget * SETTLED && this.#sent.length > 0;
  }

  #drop(target: number): void {
    const last = this.#newest === null ? this.#sent.length - 1 : this.#sent.length;
    let count = 0;
    /** The oldest answer from there on, or the newest item; it only moves forward, so this is linear. */
    let turnEnd = 0;
    while (count < this.#sent.length && this.tokens > target) {
      turnEnd = Math.max(turnEnd, count);
      while (turnEnd < last && !this.#sent[turnEnd]?.piece.endsTurn) turnEnd++;
      const next = turnEnd < last ? turnEnd + 1 : count + 1;
      for (; count < next; count++) this.#tokens -= this.#sent[count]?.tokens ?? 0;
    }
    this.#sent.splice(0, count);
    this.#start += count;
  }

  #refold(): void {
    const kept = this.#sent;
    this.#sent = [];
    this.#repeats = new Repeats(this.#numbers);
    this.#tokens = 0;
    for (const { piece } of kept) this.#push(piece);
  }
}

/** One and the same, so that what was written without references is written once. */
const NONE: readonly never[] = [];

/** An item that nobody refers to. */
export function inFull<P extends Sized>(piece: P): Sent<P> {
  return { piece, lines: null, repeats: NONE, tokens: piece.tokens };
}

/** An item with references for what it repeats of `earlier`, which takes it in. */
export function folded<P extends Sized>(piece: P, earlier: Repeats<P>, visible?: (source: P) => boolean): Sent<P> {
  const lines = piece.lines();
  if (lines === null) return inFull(piece);
  const found = piece.folds === 'never' ? NONE : earlier.of(lines, visible);
  const repeats = found.length === 0 ? NONE : found;
  earlier.add(piece, lines, repeats);
  return { piece, lines, repeats, tokens: repeats.reduce((tokens, one) => tokens - saved(lines, one), piece.tokens) };
}

function saved(lines: readonly Line[], { from, to, places }: Repeat<unknown>): number {
  let least = 0;
  for (const { body } of lines.slice(from, to)) least += leastTokens(body);
  return least - REFERENCE_TOKENS - PLACE_TOKENS * (places.length - 1);
}

/** A whole history. */
export function windowed<P extends Sized>(pieces: readonly P[], budget: number): Window<P> {
  const window = new Window<P>(budget);
  for (const piece of pieces) window.add(piece);
  return window;
}
