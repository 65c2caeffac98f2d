import { html, nothing, type TemplateResult } from 'lit';

export interface AllowList {
  readonly legend: string;
  readonly all: string;
  readonly some: string;
  /** What there is to choose from, by name. */
  readonly names: readonly string[];
  readonly titleOf?: (name: string) => string;
  /** null: all of them. */
  readonly chosen: readonly string[] | null;
  readonly choose: (chosen: readonly string[] | null) => void;
}

/** All of something, or only some of it. Names that were chosen once and are not there now stay as they are. */
export function allowList(list: AllowList, below: TemplateResult | typeof nothing = nothing): TemplateResult {
  const { legend, all, some, names, chosen, choose } = list;
  const group = legend.replaceAll(/\W/gu, '');
  const scope = (label: string, checked: boolean, then: readonly string[] | null): TemplateResult =>
    html`<label class="access-choice"><input type="radio" name=${group} .checked=${checked} @change=${() => choose(then)} /><span>${label}</span></label>`;
  return html`<fieldset class="allow-list"><legend>${legend}</legend>${scope(all, chosen === null, null)}${scope(some, chosen !== null, chosen ?? [])}
    ${chosen === null ? nothing : [...new Set([...names, ...chosen])].map((name) => one(list, name, chosen))}${below}</fieldset>`;
}

function one({ titleOf, choose }: AllowList, name: string, chosen: readonly string[]): TemplateResult {
  const onChange = ({ target }: Event): void => {
    const on = target instanceof HTMLInputElement && target.checked;
    choose(on ? [...chosen, name] : chosen.filter((each) => each !== name));
  };
  return html`<label class="access-choice one-of"><input type="checkbox" .checked=${chosen.includes(name)} @change=${onChange} /><span>${titleOf?.(name) ?? name}</span></label>`;
}

/** Whether two choices are the same one. */
export function sameChoice(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((name) => b.includes(name));
}
