import type { Rules } from './rules.ts';

/** The notes of a room: what stands there, and everybody who is behind it. Nobody ever strikes anything out. */
export class Notes {
  readonly #rules: Rules;
  lines: readonly string[] = [];
  #behind: readonly string[] = [];

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  /** Who is behind what somebody reads there. */
  get behind(): readonly string[] {
    return this.#rules.behindReading(this.#behind);
  }

  /** People begin at the top, so that nothing depends on where somebody else just wrote. */
  typed(by: string, line: string): void {
    this.lines = [line, ...this.lines];
    this.#behind = [...new Set([...this.#behind, by])].toSorted();
  }

  written(line: string): void {
    this.lines = [...this.lines, line];
  }

  /** An AI is about to write: from then on whoever is behind it counts, whatever comes of it. */
  aboutToWrite(behind: readonly string[]): void {
    this.#behind = [...new Set([...this.#behind, ...behind])].toSorted();
  }
}
