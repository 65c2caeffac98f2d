import type { Fault } from '@parley/shared/fault';
import { css, html, nothing, type TemplateResult } from 'lit';
import { acceptInvite } from '../accept-invite.ts';
import { Rest } from '../rest.ts';
import { aiGlyph } from './icons.ts';
import { define, Part } from './part.ts';
import { faultWords } from './strings.ts';
import { inviteStrings } from './strings-invite.ts';

type State = { readonly kind: 'asking'; readonly refused: Fault | null } | { readonly kind: 'entering' };

/** Asks whether to come into the room that an invitation opens: nothing is sent before. Tells `invite-opened`, with the room. */
export class ParleyInvitation extends Part {
  static override properties = {
    server: { attribute: false },
    token: { attribute: false },
    code: { attribute: false },
    state: { state: true },
  };
  declare server: string;
  declare token: () => string | Promise<string>;
  declare code: string;
  declare state: State;

  constructor() {
    super();
    this.state = { kind: 'asking', refused: null };
  }

  override render(): TemplateResult {
    const { state } = this;
    const refused = state.kind === 'asking' ? state.refused : null;
    return html`<section class="ended invitation"><span class="ended-mark" aria-hidden="true">${aiGlyph}</span>
      <h2>${inviteStrings.title}</h2><p class="soft">${inviteStrings.help}</p>
      ${refused === null ? nothing : html`<p class="refusal" role="alert">${words(refused)}</p>`}
      <div class="ended-acts"><button type="button" class="primary" ?disabled=${state.kind === 'entering'} @click=${() => void this.#enter()}>${inviteStrings.comeIn}</button><slot name="menu"></slot></div></section>`;
  }

  async #enter(): Promise<void> {
    this.state = { kind: 'entering' };
    const answer = await acceptInvite(new Rest(this.server, this.token), this.code);
    if (!answer.ok) return void (this.state = { kind: 'asking', refused: answer.fault });
    this.dispatchEvent(new CustomEvent('invite-opened', { detail: answer.value, bubbles: true }));
  }
}
define('parley-invitation', ParleyInvitation);

/** R19: everything about an invitation that does not open is one answer. */
function words(refused: Fault): string {
  return refused.code === 'not_found' || refused.code === 'bad_request' ? inviteStrings.fails : faultWords(refused);
}

export const styles = css`
  .invitation .ended-mark { color: var(--accent); }
`;
