import { ToolOffers, ToolView } from '@parley/shared/admin';
import { ok, type Result } from '@parley/shared/fault';
import { html, nothing, type TemplateResult } from 'lit';
import { define } from '../ui/part.ts';
import { adminStrings as words } from './admin-strings.ts';
import { AdminView, blank, table } from './admin-view.ts';
import './confirm-dialog.ts';
import type { Question } from './confirm-dialog.ts';
import './register-tool.ts';

/** What is registered, what each function may do, and the way to register and withdraw. */
export class ParleyAdminTools extends AdminView<readonly ToolView[]> {
  static override properties = { ...AdminView.properties, question: { state: true } };
  declare private question: Question | null;

  constructor() {
    super();
    this.question = null;
  }

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
    return html`<parley-register-tool .api=${this.api} .registered=${() => void this.reload()}></parley-register-tool>
      ${tools.length === 0 ? blank(words.noTools) : tools.map((tool) => this.#tool(tool))}${this.#dialog()}`;
  }

  #tool(tool: ToolView): TemplateResult {
    const rows = tool.functions.map(
      (fn) =>
        html`<tr><th scope="row"><code>${tool.name}.${fn.name}</code><span class="id">${fn.description}</span></th><td>${fn.class}</td><td>${fn.effect}</td></tr>`,
    );
    return html`<section class="card"><h3>${tool.title} <span class="soft">${words.kinds[tool.kind]} · ${words.revision(tool.revision, tool.by)}</span></h3><p class="id">${tool.url}</p>
      ${table(tool.title, [words.fn, words.cls, words.effect], rows)}
      <div class="row-acts"><button type="button" class="outline danger" @click=${() => (this.question = this.#withdrawal(tool))}>${words.withdraw(tool.title)}</button></div></section>`;
  }

  #dialog(): TemplateResult | typeof nothing {
    if (this.question === null) return nothing;
    const finished = (done: string): void => {
      this.done = done;
      void this.reload();
    };
    return html`<parley-admin-confirm .question=${this.question} .finished=${finished} @room-dialog=${() => (this.question = null)}></parley-admin-confirm>`;
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
