import type { BudgetView } from '@parley/shared/admin';
import { css, html, nothing, type TemplateResult } from 'lit';
import { anewOn, standingOf, WARN_SHARE } from './budget-standing.ts';
import { count, percent } from './format.ts';
import { usageStrings as words } from './strings-usage.ts';

/** How much of a budget is used, as a bar and in words. */
export function budgetMeter(budget: BudgetView, label: string): TemplateResult {
  const { tokens, unreadable, used, reserved, month } = budget;
  if (unreadable) return html`<p class="refusal">${words.unreadable(count(used))}</p>`;
  if (tokens === null) return html`<p>${words.unlimited(count(used))}</p>`;
  const standing = standingOf(budget);
  const most = Math.max(1, tokens);
  const held = reserved > 0 ? html` <span class="soft">${words.held(count(reserved))}</span>` : nothing;
  const told = { open: '', fine: '', warned: words.warned, spent: words.spent(anewOn(month)) }[standing];
  return html`<div class="budget ${standing}"><meter min="0" max=${most} low=${most * WARN_SHARE} high=${most * 0.999} optimum="0" .value=${Math.min(used, most)} aria-label=${label}></meter>
    <p>${words.used(count(used), count(tokens), percent(used / most))}${held}</p>${told === '' ? nothing : html`<p class=${standing === 'spent' ? 'refusal' : 'caution'}>${told}</p>`}</div>`;
}

export const budgetMeterStyles = css`
  .budget { display: grid; gap: 2px; min-inline-size: 12rem; }
  .budget meter { inline-size: 100%; block-size: 14px; }
`;
