import { AdminPeople, PersonRevoked, type AdminPerson } from '@parley/shared/admin';
import type { Result } from '@parley/shared/fault';
import { html, nothing, type TemplateResult } from 'lit';
import { dayAndTime } from '../ui/format.ts';
import { define } from '../ui/part.ts';
import type { Page } from '../rest.ts';
import { AdminList } from './admin-list.ts';
import { adminStrings as words } from './admin-strings.ts';
import { blank, table } from './admin-view.ts';
import type { Question } from './confirm-dialog.ts';

/** Everybody over all rooms, and the way to end somebody's access at once. */
export class ParleyAdminPeople extends AdminList<AdminPerson> {
  protected override fetchPage(after: string | null): Promise<Result<Page<AdminPerson>>> {
    return this.api.read('/v1/admin/people', AdminPeople, { after });
  }

  protected override content(page: Page<AdminPerson>): TemplateResult {
    if (page.items.length === 0) return blank(words.noPeople);
    const heads = [words.person, words.roomsOf, words.revoke];
    return html`${table(
      words.tabs.people,
      heads,
      page.items.map((person) => this.#row(person)),
    )}${this.more(page)}`;
  }

  #row(person: AdminPerson): TemplateResult {
    const { user, rooms, revokedAt } = person;
    return html`<tr><th scope="row">${user}${revokedAt === null ? nothing : html`<span class="caution small">${words.revokedAt(dayAndTime(revokedAt))}</span>`}</th>
      <td>${rooms.length === 0 ? words.noRoomsOf : html`<ul>${rooms.map(({ title, role }) => html`<li>${title} <span class="soft">${role}</span></li>`)}</ul>`}</td>
      <td><button type="button" class="outline danger" aria-label=${words.revokeOf(user)} @click=${() => (this.question = this.#revocation(person))}>${words.revoke}</button></td></tr>`;
  }

  #revocation({ user, rooms }: AdminPerson): Question {
    const path = `/v1/people/${encodeURIComponent(user)}/revoke`;
    return {
      title: words.revokeTitle(user),
      facts: [...words.revokeFacts(user), words.revokeStays(rooms.length)],
      go: words.revokeGo(user),
      done: words.revoked(user),
      run: () => this.api.send({ method: 'POST', path }, PersonRevoked),
    };
  }
}
define('parley-admin-people', ParleyAdminPeople);
