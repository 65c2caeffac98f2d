import type { SourceFile } from './tree.ts';

/** The numbered attacks of SECURITY.md against the tests that play them. */
export interface AttackBook {
  /** Played by no test and not said to be impossible. */
  readonly missing: readonly number[];
  /** Said to be impossible, and played by a test: what is said is old. */
  readonly stale: readonly number[];
  /** Played by a test, or said to be impossible, and no attack of that number is there. */
  readonly unknown: readonly number[];
}

export const ATTACKS = 90;
/** A title begins with the attacks that it plays: `'A17 A61 nobody writes …'`. */
const TITLE = /['"`]((?:A\d+ )+)/g;
/** In SECURITY.md what cannot be played is a list item that begins with its numbers: `- **A73 A74** …`. */
const IMPOSSIBLE = /^- \*\*((?:A\d+ ?)+)\*\* /gm;

export function readAttackBook(security: string, tests: readonly SourceFile[]): AttackBook {
  const played = new Set(tests.flatMap(({ text }) => numbersIn(text, TITLE)));
  const impossible = new Set(numbersIn(security, IMPOSSIBLE));
  const all = Array.from({ length: ATTACKS }, (_, index) => index + 1);
  return {
    missing: all.filter((attack) => !played.has(attack) && !impossible.has(attack)),
    stale: all.filter((attack) => played.has(attack) && impossible.has(attack)),
    unknown: [...played, ...impossible].filter((attack) => !all.includes(attack)),
  };
}

function numbersIn(text: string, pattern: RegExp): number[] {
  const groups = [...text.matchAll(pattern)].map((match) => match[1] ?? '');
  return groups.flatMap((group) => [...group.matchAll(/A(\d+)/g)].map(([, number]) => Number(number)));
}
