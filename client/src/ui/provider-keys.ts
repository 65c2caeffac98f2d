import { KeysView, ProviderKey } from '@parley/shared/admin';
import type { Fault } from '@parley/shared/fault';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Rest } from '../rest.ts';
import { define, Part } from './part.ts';
import { faultWords, strings } from './strings.ts';
import { keyStrings as words } from './strings-keys.ts';

type Load =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'shown'; readonly keys: KeysView };
type Item = KeysView['items'][number];
/** What is answered without a body. */
const NOTHING = { safeParse: () => ({ success: true, data: null }) } as const;

/** Keys for model providers (G5), mine or the organisation's: brought and taken away, never shown. */
export class ParleyProviderKeys extends Part {
  static override properties = {
    rest: { attribute: false },
    scope: { attribute: false },
    load: { state: true },
    removing: { state: true },
    refused: { state: true },
    said: { state: true },
  };
  declare rest: Pick<Rest, 'read' | 'send' | 'drop'>;
  declare scope: 'me' | 'tenant';
  declare private load: Load;
  /** The provider whose key would be taken away, until that is said or not. */
  declare private removing: string | null;
  declare private refused: string;
  declare private said: string;

  constructor() {
    super();
    this.load = { kind: 'loading' };
    this.removing = null;
    this.refused = '';
    this.said = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('rest')) void this.#reload();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('removing') && this.removing !== null) this.querySelector<HTMLElement>('[data-first]')?.focus();
  }

  async #reload(): Promise<void> {
    const answer = await this.rest.read('/v1/keys', KeysView);
    this.load = answer.ok ? { kind: 'shown', keys: answer.value } : { kind: 'failed', fault: answer.fault };
  }

  override render(): TemplateResult {
    const { load } = this;
    if (load.kind === 'loading') return html`<p class="soft" role="status">${words.loading}</p>`;
    if (load.kind === 'failed')
      return html`<p class="refusal" role="alert">${faultWords(load.fault)}</p>
        <button type="button" class="outline" @click=${() => void this.#reload()}>${strings.tryAgain}</button>`;
    const { items, policy } = load.keys;
    const help = this.scope === 'tenant' ? words.tenantHelp : policy.personal ? words.mineHelp : words.mineClosed;
    const shown = this.scope === 'me' && !policy.personal ? items.filter(({ mine }) => mine !== false) : items;
    return html`<p class="soft">${help}</p>${items.length === 0 ? html`<p class="soft">${words.none}</p>` : nothing}
      <ul class="provider-keys" role="list">${shown.map((item) => this.#item(item, policy.personal))}</ul>
      <p class="refusal" role="alert" ?hidden=${this.refused === ''}>${this.refused}</p><p class="done" role="status">${this.said}</p>`;
  }

  #item(item: Item, personal: boolean): TemplateResult {
    const { provider, models } = item;
    const kept = this.scope === 'me' ? item.mine : item.tenant;
    const may = this.scope === 'tenant' || personal;
    return html`<li class="card"><p><b>${provider}</b> <span class="soft">${words.models(models)}</span></p>${standing(kept)}
      ${may ? this.#form(provider, kept !== false) : nothing}${kept === false ? nothing : this.#removal(provider)}</li>`;
  }

  #form(provider: string, kept: boolean): TemplateResult {
    return html`<form class="key-form" @submit=${(event: SubmitEvent) => this.#onSubmit(event, provider)}><label class="asked-for"><span>${words.key(provider)}</span>
      <input class="control" name="key" type="password" autocomplete="new-password" required /><small class="soft">${words.keyHint}</small></label>
      <button type="submit" class="outline">${kept ? words.replace : words.save}</button></form>`;
  }

  #removal(provider: string): TemplateResult {
    if (this.removing !== provider)
      return html`<button type="button" class="outline danger" @click=${() => (this.removing = provider)}>${words.remove(provider)}</button>`;
    return html`<p>${words.removeHelp[this.scope]}</p><div class="row-acts"><button type="button" class="outline" data-first @click=${() => (this.removing = null)}>${words.keep}</button>
      <button type="button" class="outline danger" @click=${() => void this.#remove(provider)}>${words.removeNow}</button></div>`;
  }

  #onSubmit(event: SubmitEvent, provider: string): void {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const body = ProviderKey.safeParse(Object.fromEntries(new FormData(event.target))).data;
    if (body === undefined) return this.#tell(words.keyWrong, '');
    // What was written stays nowhere on the page.
    event.target.reset();
    void this.#put(provider, body);
  }

  async #put(provider: string, body: object): Promise<void> {
    const answer = await this.rest.send({ method: 'PUT', path: this.#path(provider), body }, NOTHING);
    this.#tell(answer.ok ? '' : faultWords(answer.fault), answer.ok ? words.saved(provider) : '');
    await this.#reload();
  }

  async #remove(provider: string): Promise<void> {
    const answer = await this.rest.drop(this.#path(provider));
    this.removing = null;
    this.#tell(answer.ok ? '' : faultWords(answer.fault), answer.ok ? words.removed(provider) : '');
    await this.#reload();
  }

  #tell(refused: string, said: string): void {
    this.refused = refused;
    this.said = said;
  }

  #path(provider: string): string {
    return `/v1/keys/${this.scope}/${encodeURIComponent(provider)}`;
  }
}
define('parley-provider-keys', ParleyProviderKeys);

function standing(kept: Item['mine']): TemplateResult {
  if (kept === 'unreadable') return html`<p class="refusal">${words.unreadable}</p>`;
  return html`<p class=${kept ? 'done' : 'soft'}>${kept ? words.kept : words.notKept}</p>`;
}

export const providerKeysStyles = css`
  parley-provider-keys { display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
  .provider-keys { display: grid; gap: 10px; }
  .provider-keys button { justify-self: start; white-space: normal; }
  .key-form small { font-size: 1rem; }
  .key-form { display: grid; gap: 8px; max-inline-size: 32rem; }
`;
