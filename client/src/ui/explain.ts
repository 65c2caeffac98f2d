import type { Replies } from '@parley/shared/answers';
import type { Fault } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import { css, html, nothing, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { define, Part } from './part.ts';
import { faultWords } from './strings.ts';
import { peopleStrings } from './strings-people.ts';

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'open'; readonly why: Replies['rights.explain'] };

/** Says on demand what somebody may do here and why, in the server's own sentences. */
export class ParleyExplain extends Part {
  static override properties = {
    client: { attribute: false },
    user: { attribute: false },
    name: { attribute: false },
    state: { state: true },
  };
  declare client: RoomClient;
  declare user: UserId;
  declare name: string;
  declare state: State;

  constructor() {
    super();
    this.state = { kind: 'closed' };
  }

  override render(): TemplateResult {
    const { state, name } = this;
    const open = state.kind !== 'closed';
    return html`<button type="button" class="quiet why" aria-expanded=${open ? 'true' : 'false'} @click=${() => (open ? (this.state = { kind: 'closed' }) : void this.#load())}>${peopleStrings.why}</button>
      ${open ? html`<section class="reasons" tabindex="0" aria-label=${peopleStrings.whyTitle(name)}><h4>${peopleStrings.whyTitle(name)}</h4>${this.#body(state)}</section>` : nothing}`;
  }

  #body(state: State): TemplateResult | typeof nothing {
    if (state.kind === 'loading') return html`<p class="soft" role="status">${peopleStrings.whyLoading}</p>`;
    if (state.kind === 'failed') return html`<p class="refusal" role="alert">${faultWords(state.fault)}</p>`;
    return state.kind === 'open' ? reasons(state.why) : nothing;
  }

  async #load(): Promise<void> {
    this.state = { kind: 'loading' };
    const answer = await this.client.request('rights.explain', { user: this.user });
    if (this.state.kind === 'loading')
      this.state = answer.ok ? { kind: 'open', why: answer.value } : { kind: 'failed', fault: answer.fault };
  }
}
define('parley-explain', ParleyExplain);

function reasons({ capabilities }: Replies['rights.explain']): TemplateResult {
  return html`<dl>${capabilities.map(
    ({ capability, allowed, why }) =>
      html`<dt class=${allowed ? 'may' : 'may-not'}><b>${allowed ? peopleStrings.may : peopleStrings.mayNot}</b> ${peopleStrings.capabilities[capability]}</dt><dd class="soft">${why}</dd>`,
  )}</dl>`;
}

/** The reasons scroll by themselves: their edge says that more is below. */
export const explainStyles = css`
  parley-explain { display: grid; justify-items: start; gap: 4px; }
  .why { text-decoration: underline; text-underline-offset: 0.25em; padding-inline: 0; }
  .reasons { justify-self: stretch; max-block-size: 18rem; overflow-y: auto; outline-offset: -2px; padding: 8px 12px; border: 1px solid var(--line); border-radius: var(--radius-small); }
  .reasons dl { display: grid; gap: 2px; padding-block-start: 4px; }
  .reasons dt:not(:first-child) { margin-block-start: 8px; }
  .reasons .may b { color: var(--good); }
  .reasons .may-not b { color: var(--bad); }
`;
