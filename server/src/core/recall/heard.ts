import type { Line } from '../context/text-lines.ts';

/** Entries never change, so this stands for as long as one is in memory. */
const sayings = new WeakMap<readonly Line[], readonly string[]>();

/** Lines that a prompt says, or that are sent with it: to say them once more would say nothing. */
export class Heard {
  readonly #lines = new Set<string>();

  add(lines: readonly Line[]): void {
    for (const line of sayingsOf(lines)) this.#lines.add(line);
  }

  /** Of these lines, those that say something which was not heard. Space around a line says nothing; all else does (C11). */
  freshOf(lines: readonly Line[]): readonly boolean[] {
    return sayingsOf(lines).map((line) => line !== '' && !this.#lines.has(line));
  }
}

function sayingsOf(lines: readonly Line[]): readonly string[] {
  const known = sayings.get(lines);
  if (known !== undefined) return known;
  const said = lines.map(({ body }) => body.trim());
  sayings.set(lines, said);
  return said;
}
