import { css, html, type TemplateResult } from 'lit';
import type { Names } from './names.ts';
import { callStrings } from './strings-calls.ts';
import type { FixedArgument, TrustOffer } from './trust-offer.ts';
import { visibleText } from './visible-text.ts';

/** What is let run from now on, when somebody no longer wants to be asked: closed until it is asked for. */
export interface TrustChoice {
  readonly call: string;
  readonly offer: TrustOffer;
  /** Pointers that later calls must have again. */
  readonly fixed: ReadonlySet<string>;
  readonly names: Pick<Names, 'name'>;
  readonly onFix: (pointer: string, fixed: boolean) => void;
  readonly onTrust: () => void;
}

export function trustChoice(choice: TrustChoice): TemplateResult {
  const { call, offer, names, onTrust } = choice;
  const people = offer.people.map((id) => names.name(id)).join(', ');
  return html`<details class="folds trust"><summary>${callStrings.trust(people)}</summary>
    <p>${callStrings.trustHelp(call)}</p>
    ${offer.fixed.length === 0 ? '' : html`<fieldset><legend>${callStrings.onlyWith}</legend>${offer.fixed.map((one) => fixedArgument(one, choice))}</fieldset>`}
    <button type="button" class="outline" @click=${onTrust}>${callStrings.approveAndTrust}</button></details>`;
}

function fixedArgument({ name, pointer, value }: FixedArgument, { fixed, onFix }: TrustChoice): TemplateResult {
  const onChange = (event: Event): void => {
    if (event.target instanceof HTMLInputElement) onFix(pointer, event.target.checked);
  };
  return html`<label class="fixed"><input type="checkbox" .checked=${fixed.has(pointer)} @change=${onChange} />
    <span><b>${visibleText(name)}</b> ${visibleText(typeof value === 'string' ? value : JSON.stringify(value))}</span></label>`;
}

export const trustStyles = css`
  .trust { border-block-start: 1px solid var(--line); padding-block-start: 6px; }
  .trust fieldset { padding-block: 10px; display: grid; gap: 2px; }
  .trust legend { padding: 0; }
  .fixed { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 12px; align-items: start; min-block-size: 44px; padding-block: 8px; cursor: pointer; }
  .fixed input { inline-size: 20px; block-size: 20px; margin: 2px 0 0; accent-color: var(--accent); }
  .fixed span { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; overflow-wrap: anywhere; }
`;
