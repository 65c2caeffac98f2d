import type { Member } from '@parley/shared/entry';
import { UserId } from '@parley/shared/ids';
import type { RoomRole } from '@parley/shared/roles';
import { css, html, type TemplateResult } from 'lit';
import { OpeningForm } from './opening-form.ts';
import { define } from './part.ts';
import { roleSelect } from './role-select.ts';
import { faultWords } from './strings.ts';
import { peopleStrings } from './strings-people.ts';

/** Lets somebody in by the id they sign in with. Tells `member-added`, with the member, when the server did. */
export class ParleyAddMember extends OpeningForm<RoomRole> {
  static override properties = {
    ...OpeningForm.properties,
    roles: { attribute: false },
    members: { attribute: false },
  };
  /** What may be given; not empty. */
  declare roles: readonly RoomRole[];
  declare members: readonly Member[];

  protected override readonly words = { title: peopleStrings.addMember, go: peopleStrings.add };

  protected override begin(): RoomRole {
    return this.roles.includes('speaker') ? 'speaker' : (this.roles.at(-1) ?? 'reader');
  }

  protected override fields(role: RoomRole, wrong: string | null): TemplateResult {
    return html`<label class="asked-for"><span>${peopleStrings.userId}</span><input class="control" name="user" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="128"
        aria-describedby="user-id-help" aria-invalid=${wrong === null ? 'false' : 'true'} /></label>
      <p class="soft" id="user-id-help">${peopleStrings.userIdHelp}</p>
      ${roleSelect(this.roles, role, (chosen) => this.choose(chosen))}`;
  }

  protected override submit(role: RoomRole): void {
    const { written } = this;
    const user = UserId.safeParse(written).data;
    if (user === undefined) this.wrong(written === '' ? peopleStrings.userIdMissing : peopleStrings.userIdWrong);
    else if (this.members.some((member) => member.user === user)) this.wrong(peopleStrings.alreadyMember(user));
    else void this.#add(user, role);
  }

  async #add(user: UserId, role: RoomRole): Promise<void> {
    const answer = await this.client.setMember(user, role);
    if (!answer.ok) return this.wrong(faultWords(answer.fault));
    this.close();
    this.dispatchEvent(new CustomEvent('member-added', { detail: answer.value, bubbles: true }));
  }
}
define('parley-add-member', ParleyAddMember);

export const addMemberStyles = css`
  parley-add-member { display: grid; gap: 8px; margin-block-end: 16px; }
`;
