import { ToolView } from '@parley/shared/admin';
import { ok, type Result } from '@parley/shared/fault';
import { ToolOffers, type ToolFunction } from '@parley/shared/tools';
import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { define } from '../ui/part.ts';
import { adminStrings as words } from './admin-strings.ts';
import { AdminView, blank, table } from './admin-view.ts';
import type { Question } from './confirm-dialog.ts';
import './tool-form.ts';

/** What is registered, what each function may do, and the way to register and withdraw. */
export class ParleyAdminTools extends AdminView<readonly ToolView[]> {
  protected override async fetch(): Promise<Result<readonly ToolView[]>> {
    const offers = await this.api.read('/v1/tools', ToolOffers);
    if (!offers.ok) return offers;
    const answers = await Promise.all(
      offers.value.items.map(({ name }) => this.api.read(`/v1/tools/${name}`, ToolView)),
    );
    const tools: ToolView[] = [];
    for (const answer of answers) {
      if (answer.ok) tools.push(answer.value);
      // One that was withdrawn between the two questions is simply not there.
      else if (answer.fault.code !== 'not_found') return answer;
    }
    return ok(tools);
  }

  protected override content(tools: readonly ToolView[]): TemplateResult {
    const cards = repeat(
      tools,
      ({ name }) => name,
      (tool) => this.#tool(tool),
    );
    return html`${this.#form(null)}${tools.length === 0 ? blank(words.noTools) : cards}`;
  }

  #form(tool: ToolView | null): TemplateResult {
    return html`<parley-tool-form .api=${this.api} .tool=${tool} .registered=${() => void this.reload()}></parley-tool-form>`;
  }

  #tool(tool: ToolView): TemplateResult {
    return html`<section class="card"><h3>${tool.title} <span class="soft">${words.kinds[tool.kind]} · ${words.revision(tool.revision, tool.by)}</span></h3><p class="id">${tool.url}</p>
      ${table(
        tool.title,
        [words.fn, words.cls, words.effect, words.results, words.recipients],
        tool.functions.map((fn) => functionRow(tool, fn)),
      )}${this.#form(tool)}
      <div class="row-acts"><button type="button" class="outline danger" @click=${() => (this.question = this.#withdrawal(tool))}>${words.withdraw(tool.title)}</button></div></section>`;
  }

  #withdrawal({ name, title, functions }: ToolView): Question {
    return {
      title: words.withdrawTitle(title),
      facts: words.withdrawFacts(functions.length),
      go: words.withdraw(title),
      done: words.withdrawn(title),
      run: () => this.api.drop(`/v1/tools/${name}`),
    };
  }
}
define('parley-admin-tools', ParleyAdminTools);

function functionRow({ name: tool }: ToolView, fn: ToolFunction): TemplateResult {
  const { name, description, recipients, results } = fn;
  const to = recipients.length === 0 ? words.noRecipients : recipients.map((pointer) => pointer.slice(1)).join(', ');
  return html`<tr><th scope="row"><code>${tool}.${name}</code><span class="id">${description}</span></th><td>${words.classes[fn.class]}</td><td>${words.effects[fn.effect]}</td>
    <td>${words.resultsOf[results]}</td><td>${to}</td></tr>`;
}
