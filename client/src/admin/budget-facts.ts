import type { BudgetView } from '@parley/shared/admin';
import { anewOn, WARN_SHARE } from '../ui/budget-standing.ts';
import { count } from '../ui/format.ts';
import { budgetStrings as words } from './admin-strings-budgets.ts';

export type BudgetKind = keyof typeof words.whom;

/** The kind of budget that a scope of the routes names. */
export function kindOfScope(scope: string): BudgetKind {
  if (scope === 'tenant') return 'tenant';
  return scope.startsWith('room:') ? 'room' : 'user';
}

/** What was written as a limit: whole tokens; null when it is no such number. */
export function readTokens(text: string): number | null {
  const plain = text.replaceAll(/[\s.,’'_]/gu, '');
  const tokens = /^\d{1,15}$/u.test(plain) ? Number(plain) : null;
  return tokens;
}

/** What a limit does to whom, in sentences, with what is used already. */
export function limitFacts(tokens: number, { used, month }: BudgetView, kind: BudgetKind): readonly string[] {
  const day = anewOn(month);
  const whom = words.whom[kind];
  if (used >= tokens) return [words.spentAlready(whom, day)];
  const mark = Math.ceil(tokens * WARN_SHARE);
  return [
    used >= mark ? words.atWarningPast : words.atWarning(count(mark)),
    words.atEnd(count(tokens), whom),
    words.anew(day),
  ];
}
