import { DeadLetters, type DeadLetter } from '@parley/shared/background';
import type { Result } from '@parley/shared/fault';
import { html, type TemplateResult } from 'lit';
import { dayAndTime, isoTime } from '../ui/format.ts';
import { define } from '../ui/part.ts';
import { faultWords } from '../ui/strings.ts';
import type { Page } from '../rest.ts';
import { AdminList } from './admin-list.ts';
import { adminStrings } from './admin-strings.ts';
import { jobStrings as words } from './admin-strings-jobs.ts';
import { blank, table } from './admin-view.ts';
import type { Question } from './confirm-dialog.ts';

/** Background work that was given up (G9): where, what and why, and the way to try it again or drop it. */
export class ParleyAdminJobs extends AdminList<DeadLetter> {
  static override properties = { ...AdminList.properties, working: { state: true } };
  /** What is being tried again. */
  declare private working: DeadLetter['job'] | null;

  constructor() {
    super();
    this.working = null;
  }

  protected override fetchPage(after: string | null): Promise<Result<Page<DeadLetter>>> {
    return this.api.read('/v1/admin/jobs', DeadLetters, { after });
  }

  protected override content(page: Page<DeadLetter>): TemplateResult {
    const heads = [words.what, adminStrings.roomTitle, words.why, words.when, words.acts];
    const rows = page.items.map((letter) => this.#row(letter));
    return html`<p class="soft">${words.lead}</p>${rows.length === 0 ? blank(words.none) : table(adminStrings.tabs.jobs, heads, rows)}${this.more(page)}`;
  }

  #row(letter: DeadLetter): TemplateResult {
    const { kind, room, reason, attempts, at, job } = letter;
    const what = words.kinds[kind];
    return html`<tr><th scope="row">${what}</th><td class="id">${room}</td>
      <td class="why">${words.reasons[reason] ?? html`<code>${reason}</code>`} <span class="soft">${words.attempts(attempts)}</span></td>
      <td><time datetime=${isoTime(at)}>${dayAndTime(at)}</time></td>
      <td><div class="row-acts"><button type="button" class="outline" aria-label=${words.againOf(what, room)} ?disabled=${this.working === job} @click=${() => void this.#again(letter)}>${words.again}</button>
        <button type="button" class="outline danger" aria-label=${words.dropOf(what, room)} @click=${() => (this.question = this.#dropping(letter))}>${words.drop}</button></div></td></tr>`;
  }

  async #again({ job, kind, room }: DeadLetter): Promise<void> {
    this.working = job;
    const answer = await this.api.act({ method: 'POST', path: `/v1/admin/jobs/${encodeURIComponent(job)}/retry` });
    this.working = null;
    this.done = answer.ok ? words.triedAgain(words.kinds[kind], room) : faultWords(answer.fault);
    if (answer.ok) await this.#withoutIt();
  }

  protected override answered(): Promise<void> {
    return this.#withoutIt();
  }

  /** Its row is gone, and the focus with it: the list, or the view, is where it goes on. */
  async #withoutIt(): Promise<void> {
    await this.reload();
    await this.updateComplete;
    this.querySelector<HTMLElement>('.table')?.focus();
  }

  #dropping({ job, kind, room }: DeadLetter): Question {
    const what = words.kinds[kind];
    return {
      title: words.dropTitle(what, room),
      facts: words.dropFacts[kind],
      go: words.drop,
      done: words.dropped(what, room),
      run: () => this.api.drop(`/v1/admin/jobs/${encodeURIComponent(job)}`),
    };
  }
}
define('parley-admin-jobs', ParleyAdminJobs);
