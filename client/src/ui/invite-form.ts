import { UserId } from '@parley/shared/ids';
import type { RoomRole } from '@parley/shared/roles';
import { css, html, nothing, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { define, Part } from './part.ts';
import { roleSelect } from './role-select.ts';
import { faultWords, strings } from './strings.ts';
import { peopleStrings } from './strings-people.ts';

const DAY_S = 86_400;
const LASTING_S = [3_600, DAY_S, 604_800, 2_592_000] as const;
const USES = [1, 5, 25, 100] as const;

/** Asks what an invitation is for. Tells `invite-made`, with the code, or `invite-cancelled`. */
export class ParleyInviteForm extends Part {
  static override properties = {
    client: { attribute: false },
    roles: { attribute: false },
    role: { state: true },
    wrong: { state: true },
    busy: { state: true },
  };
  declare client: RoomClient;
  declare roles: readonly RoomRole[];
  /** null: the usual one. */
  declare role: RoomRole | null;
  declare wrong: string | null;
  declare busy: boolean;

  constructor() {
    super();
    this.role = null;
    this.wrong = null;
    this.busy = false;
  }

  get #role(): RoomRole {
    return this.role ?? (this.roles.includes('speaker') ? 'speaker' : (this.roles.at(-1) ?? 'reader'));
  }

  override render(): TemplateResult {
    const { wrong } = this;
    return html`<form class="card" aria-label=${peopleStrings.inviteByLink} novalidate @submit=${this.#submit} @keydown=${this.#onKey}>
      <h3>${peopleStrings.inviteByLink}</h3><p class="soft">${peopleStrings.inviteHelp}</p>
      ${roleSelect(this.roles, this.#role, (chosen) => (this.role = chosen))}
      <div class="invite-terms"><label class="asked-for"><span>${peopleStrings.inviteLasts}</span><select class="control" name="lasts">
          ${LASTING_S.map((seconds) => html`<option value=${seconds} .selected=${seconds === DAY_S}>${peopleStrings.lasts[seconds]}</option>`)}</select></label>
        <label class="asked-for"><span>${peopleStrings.inviteUses}</span><select class="control" name="uses">
          ${USES.map((uses) => html`<option value=${uses}>${peopleStrings.uses(uses)}</option>`)}</select></label></div>
      <label class="asked-for"><span>${peopleStrings.inviteFor}</span><input class="control" name="for" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="128"
        aria-describedby="invite-for-help" aria-invalid=${wrong === null ? 'false' : 'true'} /></label>
      <p class="soft" id="invite-for-help">${peopleStrings.inviteForHelp}</p>
      ${wrong === null ? nothing : html`<p class="refusal" role="alert">${wrong}</p>`}
      <div class="row-acts"><button type="submit" class="primary" ?disabled=${this.busy}>${peopleStrings.makeLink}</button>
        <button type="button" class="quiet" @click=${this.#cancel}>${strings.cancel}</button></div></form>`;
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const form = new FormData(event.target);
    const whom = textOf(form, 'for');
    const user = UserId.safeParse(whom).data;
    if (whom !== '' && user === undefined) this.wrong = peopleStrings.userIdWrong;
    else void this.#make({ expiresIn: Number(textOf(form, 'lasts')), uses: Number(textOf(form, 'uses')) }, user);
  };

  async #make(terms: { readonly expiresIn: number; readonly uses: number }, user: UserId | undefined): Promise<void> {
    this.busy = true;
    const answer = await this.client.request('invite.create', {
      ...terms,
      role: this.#role,
      ...(user === undefined ? {} : { for: user }),
    });
    this.busy = false;
    this.wrong = answer.ok ? null : faultWords(answer.fault);
    if (answer.ok) this.dispatchEvent(new CustomEvent('invite-made', { detail: answer.value, bubbles: true }));
  }

  readonly #cancel = (): void => {
    this.dispatchEvent(new CustomEvent('invite-cancelled', { bubbles: true }));
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    this.#cancel();
  };
}
define('parley-invite-form', ParleyInviteForm);

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

export const inviteFormStyles = css`
  .invite-terms { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: 10px; }
`;
