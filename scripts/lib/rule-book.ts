import type { SourceFile } from './tree.ts';

/** Rules of SPEC.md against the tests that name them. */
export interface RuleBook {
  readonly rules: readonly string[];
  /** In SPEC.md, named by no test. */
  readonly untested: readonly string[];
  /** Named by a test, not in SPEC.md: the rule moved, or the test is mistaken. */
  readonly unknown: readonly { readonly rule: string; readonly path: string }[];
  /** Written twice in SPEC.md. */
  readonly repeated: readonly string[];
}

/** A rule is a list item of SPEC.md that begins with its number: `- **T12** …`. */
const RULE = /^- \*\*([A-Z]+\d+)\*\* /gm;
/** A title is a string that begins with one or more rule numbers: `'T12 one turn at a time'`, `'T3 T34 …'`. */
const TITLE = /['"`]((?:[A-Z]\d+(?:,? |: ))+)/g;

export function readRuleBook(spec: string, tests: readonly SourceFile[]): RuleBook {
  const all = [...spec.matchAll(RULE)].map((match) => match[1] ?? '');
  const rules = [...new Set(all)];
  const families = new Set(rules.map((rule) => rule.charAt(0)));
  const named = tests.flatMap(rulesNamedIn);
  const tested = new Set(named.map(({ rule }) => rule));
  return {
    rules,
    untested: rules.filter((rule) => !tested.has(rule)),
    unknown: named.filter(({ rule }) => families.has(rule.charAt(0)) && !rules.includes(rule)),
    repeated: all.filter((rule, place) => all.indexOf(rule) !== place),
  };
}

function rulesNamedIn({ path, text }: SourceFile): { rule: string; path: string }[] {
  const titles = [...text.matchAll(TITLE)].map((match) => match[1] ?? '');
  const rules = titles.flatMap((title) => title.match(/[A-Z]\d+/g) ?? []);
  return [...new Set(rules)].map((rule) => ({ rule, path }));
}
