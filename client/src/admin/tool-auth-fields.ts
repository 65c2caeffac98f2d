import { ToolAuthInput, type ToolAuthView } from '@parley/shared/admin';
import { html, type TemplateResult } from 'lit';
import { adminStrings as words } from './admin-strings.ts';
import { formText } from './form-text.ts';

export type AuthKind = ToolAuthView['kind'];
export const AUTH_KINDS: readonly AuthKind[] = ['none', 'parley', 'exchange', 'oauth', 'secret'];

type FieldName = keyof typeof words.authFields;
/** What each way of knowing who calls has to be told, in the order it is asked for. */
const FIELDS: Readonly<Record<AuthKind, readonly FieldName[]>> = {
  none: [],
  parley: ['audience'],
  exchange: ['tokenUrl', 'audience', 'clientId', 'clientSecret'],
  oauth: ['authorizeUrl', 'tokenUrl', 'revokeUrl', 'clientId', 'clientSecret', 'scopes'],
  secret: ['secret'],
};
const OPTIONAL: ReadonlySet<FieldName> = new Set(['scopes', 'revokeUrl']);
const SECRETS: ReadonlySet<FieldName> = new Set(['clientSecret', 'secret']);

/** `before`: as it is registered now, if it is. A secret is never shown; left empty, the kept one stays. */
export function authFields(kind: AuthKind, before: ToolAuthView | null): TemplateResult {
  const known: Readonly<Record<string, unknown>> = before?.kind === kind ? before : {};
  const keeps = known['hasSecret'] === true;
  return html`${FIELDS[kind].map((name) => field(name, known[name], { keeps, needed: isNeeded(kind, name) }))}`;
}

function field(
  name: FieldName,
  value: unknown,
  { keeps, needed }: { keeps: boolean; needed: boolean },
): TemplateResult {
  const secret = SECRETS.has(name);
  const type = secret ? 'password' : name.endsWith('Url') ? 'url' : 'text';
  const shown = Array.isArray(value) ? value.join(' ') : typeof value === 'string' ? value : '';
  const hint = secret && keeps ? words.secretKept : words.authHints[name];
  return html`<label class="asked-for"><span>${words.authFields[name]}</span><input class="control" name=${`auth.${name}`} type=${type} .value=${shown}
    ?required=${needed && !(secret && keeps)} autocomplete=${secret ? 'new-password' : 'off'} /><small class="soft">${hint}</small></label>`;
}

function isNeeded(kind: AuthKind, name: FieldName): boolean {
  return !OPTIONAL.has(name) && !(kind === 'oauth' && name === 'clientSecret');
}

/** What was written; null when it does not fit together. */
export function readAuth(kind: AuthKind, form: FormData, before: ToolAuthView | null): ToolAuthInput | null {
  const keeps = before?.kind === kind && 'hasSecret' in before && before.hasSecret;
  const written = FIELDS[kind].flatMap((name): (readonly [FieldName, unknown])[] => {
    const value = formText(form, `auth.${name}`);
    if (name === 'scopes') return [[name, value.split(/\s+/u).filter(Boolean)]];
    if (value === '' && OPTIONAL.has(name)) return [];
    if (value !== '' || !SECRETS.has(name)) return [[name, value]];
    // Without a secret an OAuth client is a public one, unless there is one to keep.
    return kind === 'oauth' && !keeps ? [[name, null]] : [];
  });
  return ToolAuthInput.safeParse({ kind, ...Object.fromEntries(written) }).data ?? null;
}
