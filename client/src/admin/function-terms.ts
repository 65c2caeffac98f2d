import type { ToolView } from '@parley/shared/admin';
import { EffectClass, FunctionTerms, ToolClass, type ToolFunction } from '@parley/shared/tools';
import { html, nothing, type TemplateResult } from 'lit';
import { adminStrings as words } from './admin-strings.ts';

const RESULTS = FunctionTerms.shape.results.unwrap().options;

/** What an admin says of each function of a tool. */
export function termsFields({ functions }: ToolView): TemplateResult {
  return html`<fieldset class="terms"><legend>${words.terms}</legend><p class="soft">${words.termsHelp}</p>${functions.map(functionFields)}</fieldset>`;
}

function functionFields(fn: ToolFunction): TemplateResult {
  const { name } = fn;
  const unsaid = html`<option value="">${words.unsaid}</option>`;
  return html`<fieldset class="fields terms-of"><legend><code>${name}</code></legend>
    ${choice(`${name}.class`, words.cls, { options: ToolClass.options, chosen: fn.class, says: words.classes, first: unsaid })}
    ${choice(`${name}.effect`, words.effect, { options: EffectClass.options, chosen: fn.effect, says: words.effects })}
    ${choice(`${name}.results`, words.results, { options: RESULTS, chosen: fn.results, says: words.resultsOf })}${recipients(fn)}</fieldset>`;
}

interface Choice<T extends string> {
  readonly options: readonly T[];
  readonly chosen: T;
  readonly says: Readonly<Record<T, string>>;
  readonly first?: TemplateResult;
}

function choice<T extends string>(name: string, label: string, of: Choice<T>): TemplateResult {
  return html`<label class="asked-for"><span>${label}</span><select class="control" name=${name}>${of.first ?? nothing}
    ${of.options.map((one) => html`<option value=${one} ?selected=${one === of.chosen}>${of.says[one]}</option>`)}</select></label>`;
}

function recipients(fn: ToolFunction): TemplateResult | typeof nothing {
  const pointers = pointersOf(fn);
  if (pointers.length === 0) return nothing;
  return html`<fieldset class="choices"><legend>${words.recipients}</legend>${pointers.map((pointer) => html`<label><input type="checkbox" name=${`${fn.name}.recipients`} value=${pointer} .checked=${fn.recipients.includes(pointer)} />${pointer.slice(1)}</label>`)}</fieldset>`;
}

/** Every argument, and what stands deeper if it was named before. */
function pointersOf({ parameters, recipients: named }: ToolFunction): string[] {
  const { properties } = parameters;
  const own = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  return [...new Set([...own.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`), ...named])];
}

/** The terms as they were chosen; a function of which nothing is said is left out. */
export function readTerms({ functions }: ToolView, form: FormData): Record<string, FunctionTerms> {
  const said = functions.filter(({ name }) => form.get(`${name}.class`) !== '');
  return Object.fromEntries(said.map(({ name }) => [name, termsOf(name, form)]));
}

function termsOf(name: string, form: FormData): FunctionTerms {
  return FunctionTerms.parse({
    class: form.get(`${name}.class`),
    effect: form.get(`${name}.effect`),
    results: form.get(`${name}.results`),
    recipients: form.getAll(`${name}.recipients`),
  });
}
