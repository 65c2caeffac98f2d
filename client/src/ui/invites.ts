import type { Replies } from '@parley/shared/answers';
import type { Fault } from '@parley/shared/fault';
import type { Invite } from '@parley/shared/invite';
import type { RoomRole } from '@parley/shared/roles';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { dayAndTime } from './format.ts';
import './invite-form.ts';
import { inviteFormStyles } from './invite-form.ts';
import { plusIcon } from './icons.ts';
import type { Names } from './names.ts';
import { define, Part } from './part.ts';
import { faultWords, strings } from './strings.ts';
import { peopleStrings } from './strings-people.ts';

type Making =
  | { readonly kind: 'no' }
  | { readonly kind: 'asking' }
  /** The one moment at which the link is known. */
  | { readonly kind: 'made'; readonly invite: Replies['invite.create']; readonly copied: boolean };

/** Invitations by link: making one, seeing it once, and the list of those that still work. */
export class ParleyInvites extends Part {
  static override properties = {
    client: { attribute: false },
    roles: { attribute: false },
    names: { attribute: false },
    linkOf: { attribute: false },
    invites: { state: true },
    making: { state: true },
    refused: { state: true },
    said: { state: true },
  };
  declare client: RoomClient;
  /** What may be given; not empty. */
  declare roles: readonly RoomRole[];
  declare names: Names;
  /** The address that somebody opens in order to use a code. */
  declare linkOf: (code: string) => string;
  declare invites: readonly Invite[];
  declare making: Making;
  declare refused: Fault | null;
  declare said: string;

  constructor() {
    super();
    this.invites = [];
    this.making = { kind: 'no' };
    this.refused = null;
    this.said = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client')) void this.#load();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('making');
    if (before === undefined || before.kind === this.making.kind) return;
    this.querySelector<HTMLElement>(this.making.kind === 'no' ? '.invite-open' : 'select, .link')?.focus();
  }

  async #load(): Promise<void> {
    const answer = await this.client.request('invite.list', {});
    this.refused = answer.ok ? null : answer.fault;
    if (answer.ok) this.invites = answer.value.items;
  }

  override render(): TemplateResult {
    const { invites, refused } = this;
    return html`${this.#making()}
      ${refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(refused)}</p>`}
      ${invites.length === 0 ? nothing : html`<h3>${peopleStrings.openInvites} <span class="soft">${invites.length}</span></h3><ul class="invites" role="list">${invites.map((one) => this.#invite(one))}</ul>`}
      <p class="done" role="status">${this.said}</p>`;
  }

  #making(): TemplateResult {
    const { making } = this;
    if (making.kind === 'asking')
      return html`<parley-invite-form .client=${this.client} .roles=${this.roles} @invite-made=${this.#onMade} @invite-cancelled=${this.#end}></parley-invite-form>`;
    if (making.kind === 'made') return this.#made(making);
    const begin = (): void => {
      this.said = '';
      this.making = { kind: 'asking' };
    };
    return html`<button type="button" class="outline wide invite-open" @click=${begin}>${plusIcon}${peopleStrings.inviteByLink}</button>`;
  }

  #made({ invite, copied }: Extract<Making, { kind: 'made' }>): TemplateResult {
    return html`<div class="card"><h3>${peopleStrings.inviteByLink}</h3><p id="link-ready">${peopleStrings.linkReady}</p>
      <input class="control link" readonly aria-describedby="link-ready" aria-label=${peopleStrings.inviteByLink} .value=${this.linkOf(invite.code)} @focus=${selectAll} />
      ${invite.for === undefined ? nothing : html`<p>${peopleStrings.linkFor(this.names.name(invite.for))}</p>`}
      <div class="row-acts"><button type="button" class="primary" @click=${() => this.#copy(invite)}>${peopleStrings.copyLink}</button>
        <button type="button" class="quiet" @click=${this.#end}>${peopleStrings.linkDone}</button></div>
      <p class="done" role="status">${copied ? peopleStrings.copied : ''}</p></div>`;
  }

  #invite(invite: Invite): TemplateResult {
    const what = peopleStrings.inviteLine(strings.roles[invite.role], peopleStrings.uses(invite.usesLeft));
    const whom = invite.for === undefined ? '' : `, ${peopleStrings.onlyFor(this.names.name(invite.for))}`;
    return html`<li><div><p><b>${what}</b>${whom}</p><p class="soft">${peopleStrings.inviteUntil(this.names.name(invite.by), dayAndTime(invite.expiresAt))}</p></div>
      <button type="button" class="outline" aria-label=${peopleStrings.revokeLabel(what + whom)} @click=${() => this.#revoke(invite)}>${peopleStrings.revokeInvite}</button></li>`;
  }

  readonly #onMade = async ({ detail }: CustomEvent<Replies['invite.create']>): Promise<void> => {
    this.making = { kind: 'made', invite: detail, copied: false };
    await this.#load();
  };

  readonly #end = (): void => {
    this.making = { kind: 'no' };
  };

  async #copy(invite: Replies['invite.create']): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.linkOf(invite.code));
      this.making = { kind: 'made', invite, copied: true };
    } catch {
      // The browser refused the clipboard: the link is selected, so that one key copies it.
      this.querySelector<HTMLInputElement>('.link')?.select();
    }
  }

  async #revoke({ id }: Invite): Promise<void> {
    const answer = await this.client.request('invite.revoke', { invite: id });
    if (!answer.ok) return void (this.refused = answer.fault);
    await this.#load();
    this.said = peopleStrings.inviteRevoked;
    this.querySelector<HTMLElement>('.invite-open')?.focus();
  }
}
define('parley-invites', ParleyInvites);

function selectAll(event: FocusEvent): void {
  if (event.target instanceof HTMLInputElement) event.target.select();
}

export const invitesStyles = css`
  parley-invites { display: grid; gap: 8px; margin-block-end: 16px; }
  parley-invites h3 { padding-block-start: 8px; }
  .invites li { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding-block: 8px; }
  .invites li > div { flex: 1 1 12rem; min-inline-size: 0; overflow-wrap: anywhere; }
  .invites b { font-weight: 600; }
  ${inviteFormStyles}
`;
