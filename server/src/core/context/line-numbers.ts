import type { Line } from './text-lines.ts';

/**
 * A number for each line, equal for equal lines and for no others, so that places are told apart exactly: nobody
 * can write a line that is taken for another (R8), and what is found depends on no hash. Those of the map below
 * have a secret of the process. A text is numbered once, however often it is folded.
 */
export class LineNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #texts = new WeakMap<readonly Line[], readonly number[]>();
  readonly #first: number;
  /** Those of before; it does not grow meanwhile. */
  readonly #before: LineNumbers | null;

  constructor(before: LineNumbers | null = null) {
    this.#before = before;
    this.#first = before === null ? 0 : before.#first + before.#numbers.size;
  }

  of(lines: readonly Line[]): readonly number[] {
    const known = this.#text(lines);
    if (known !== undefined) return known;
    const numbers = lines.map(({ body }) => this.#numbered(body));
    this.#texts.set(lines, numbers);
    return numbers;
  }

  #text(lines: readonly Line[]): readonly number[] | undefined {
    return (this.#before === null ? undefined : this.#before.#text(lines)) ?? this.#texts.get(lines);
  }

  #numbered(body: string): number {
    const known = this.#number(body);
    if (known !== undefined) return known;
    const fresh = this.#first + this.#numbers.size;
    this.#numbers.set(body, fresh);
    return fresh;
  }

  #number(body: string): number | undefined {
    return (this.#before === null ? undefined : this.#before.#number(body)) ?? this.#numbers.get(body);
  }
}
