import { AdminRooms, type AdminRoom } from '@parley/shared/admin';
import type { Result } from '@parley/shared/fault';
import { html, type TemplateResult } from 'lit';
import { count, fullDate } from '../ui/format.ts';
import { define } from '../ui/part.ts';
import type { Page } from '../rest.ts';
import { AdminList } from './admin-list.ts';
import { adminStrings as words } from './admin-strings.ts';
import { blank, table } from './admin-view.ts';

/** Every room from outside: who is in it, and nothing that was said. */
export class ParleyAdminRooms extends AdminList<AdminRoom> {
  #waiting = 0;

  protected override async fetchPage(after: string | null): Promise<Result<Page<AdminRoom>>> {
    const page = await this.api.read('/v1/admin/rooms', AdminRooms, { after });
    if (page.ok) this.#waiting = page.value.waiting;
    return page;
  }

  protected override content(page: Page<AdminRoom>): TemplateResult {
    if (page.items.length === 0) return blank(words.noRooms);
    const heads = [words.roomTitle, words.members, words.waiting, words.created];
    return html`<p class="soft waiting-in-all">${words.waitingInAll(this.#waiting)}</p>${table(words.tabs.rooms, heads, page.items.map(roomRow))}${this.more(page)}`;
  }
}
define('parley-admin-rooms', ParleyAdminRooms);

function roomRow({ id, title, createdAt, members, waiting }: AdminRoom): TemplateResult {
  return html`<tr><th scope="row">${title}<span class="id">${id}</span></th>
    <td><b>${members.length}</b> <span class="soft">${words.who(members)}</span></td><td>${count(waiting)}</td><td>${fullDate(createdAt)}</td></tr>`;
}
