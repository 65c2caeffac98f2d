import type { Fault } from '@parley/shared/fault';
import type { Member } from '@parley/shared/entry';
import { UserId } from '@parley/shared/ids';
import type { RoomRole } from '@parley/shared/roles';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { plusIcon } from './icons.ts';
import { define, Part } from './part.ts';
import { roleSelect } from './role-select.ts';
import { faultWords, strings } from './strings.ts';
import { peopleStrings } from './strings-people.ts';

type Form =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly role: RoomRole; readonly wrong: string | null };

/** Lets somebody in by the id they sign in with. Tells `member-added`, with the member, when the server did. */
export class ParleyAddMember extends Part {
  static override properties = {
    client: { attribute: false },
    roles: { attribute: false },
    members: { attribute: false },
    form: { state: true },
  };
  declare client: RoomClient;
  /** What may be given; not empty. */
  declare roles: readonly RoomRole[];
  declare members: readonly Member[];
  declare form: Form;

  constructor() {
    super();
    this.form = { kind: 'closed' };
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('form');
    if (before === undefined || before.kind === this.form.kind) return;
    this.querySelector<HTMLElement>(this.form.kind === 'open' ? 'input' : '.add-open')?.focus();
  }

  override render(): TemplateResult {
    const { form } = this;
    return html`${form.kind === 'open' ? this.#open(form) : html`<button type="button" class="outline wide add-open" @click=${this.#begin}>${plusIcon}${peopleStrings.addMember}</button>`}`;
  }

  #open({ role, wrong }: Extract<Form, { kind: 'open' }>): TemplateResult {
    return html`<form class="card" aria-label=${peopleStrings.addMember} novalidate @submit=${this.#submit} @keydown=${this.#onKey}>
      <h3>${peopleStrings.addMember}</h3>
      <label class="asked-for"><span>${peopleStrings.userId}</span><input class="control" name="user" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="128"
        aria-describedby="user-id-help" aria-invalid=${wrong === null ? 'false' : 'true'} /></label>
      <p class="soft" id="user-id-help">${peopleStrings.userIdHelp}</p>
      ${roleSelect(this.roles, role, (chosen) => (this.form = { kind: 'open', role: chosen, wrong: null }))}
      ${wrong === null ? nothing : html`<p class="refusal" role="alert">${wrong}</p>`}
      <div class="row-acts"><button type="submit" class="primary">${peopleStrings.add}</button>
        <button type="button" class="quiet" @click=${this.#close}>${strings.cancel}</button></div></form>`;
  }

  readonly #begin = (): void => {
    const role = this.roles.includes('speaker') ? 'speaker' : (this.roles.at(-1) ?? 'reader');
    this.form = { kind: 'open', role, wrong: null };
  };

  readonly #close = (): void => {
    this.form = { kind: 'closed' };
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { form } = this;
    const written = this.querySelector('input')?.value.trim() ?? '';
    const user = UserId.safeParse(written).data;
    if (form.kind !== 'open') return;
    if (user === undefined) this.#wrong(written === '' ? peopleStrings.userIdMissing : peopleStrings.userIdWrong);
    else if (this.members.some((member) => member.user === user)) this.#wrong(peopleStrings.alreadyMember(user));
    else void this.#add(user, form.role);
  };

  async #add(user: UserId, role: RoomRole): Promise<void> {
    const answer = await this.client.setMember(user, role);
    if (!answer.ok) return this.#refused(answer.fault);
    this.#close();
    this.dispatchEvent(new CustomEvent('member-added', { detail: answer.value, bubbles: true }));
  }

  #refused(why: Fault): void {
    this.#wrong(faultWords(why));
  }

  #wrong(words: string): void {
    if (this.form.kind === 'open') this.form = { ...this.form, wrong: words };
    this.querySelector('input')?.focus();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    this.#close();
  };
}
define('parley-add-member', ParleyAddMember);

export const addMemberStyles = css`
  parley-add-member { display: grid; gap: 8px; margin-block-end: 16px; }
`;
