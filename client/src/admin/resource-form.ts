import { ResourceReaders } from '@parley/shared/admin';
import { ok, type Fault, type Result } from '@parley/shared/fault';
import type { UserId } from '@parley/shared/ids';
import { ResourceId } from '@parley/shared/label';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { define, Part } from '../ui/part.ts';
import { faultWords } from '../ui/strings.ts';
import type { AdminApi } from './admin-api.ts';
import { resourceStrings as words } from './admin-strings-resources.ts';
import type { Question } from './confirm-dialog.ts';
import { formText } from './form-text.ts';
import { factsOf, readPeople } from './resource-change.ts';

type State =
  | { readonly kind: 'loading' }
  | { readonly kind: 'writing'; readonly refused: string }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** Where an admin writes who may read a resource. Hands on a question that says what it would do; nothing is sent here. */
export class ParleyResourceForm extends Part {
  static override properties = {
    api: { attribute: false },
    resource: { attribute: false },
    ask: { attribute: false },
    leave: { attribute: false },
    state: { state: true },
  };
  declare api: AdminApi;
  /** The one that is changed; null: it is named in the form. */
  declare resource: ResourceId | null;
  declare ask: (question: Question) => void;
  declare leave: () => void;
  declare private state: State;
  #readers: readonly UserId[] = [];

  constructor() {
    super();
    this.resource = null;
    this.state = { kind: 'writing', refused: '' };
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('resource') && this.resource !== null) void this.#load(this.resource);
  }

  async #load(resource: ResourceId): Promise<void> {
    this.state = { kind: 'loading' };
    const now = await this.#now(resource);
    if (resource !== this.resource) return;
    if (now.ok) this.#readers = now.value ?? [];
    this.state = now.ok ? { kind: 'writing', refused: '' } : { kind: 'failed', fault: now.fault };
    await this.updateComplete;
    this.querySelector('textarea')?.focus();
  }

  /** What was said of it so far; null: nothing. */
  async #now(resource: ResourceId): Promise<Result<readonly UserId[] | null>> {
    const answer = await this.api.read(pathOf(resource), ResourceReaders);
    if (answer.ok) return ok(answer.value.readers);
    return answer.fault.code === 'not_found' ? ok(null) : answer;
  }

  override render(): TemplateResult {
    const { state, resource } = this;
    if (state.kind === 'loading') return html`<p class="soft" role="status">${words.loading}</p>`;
    if (state.kind === 'failed') return html`<p class="refusal" role="alert">${faultWords(state.fault)}</p>`;
    const name = html`<label class="asked-for"><span>${words.name}</span><input class="control" name="resource" required maxlength="256" autocomplete="off" /><small class="soft">${words.nameHint}</small></label>`;
    return html`<form class="fields" @submit=${this.#onSubmit}>${resource === null ? name : nothing}
      <label class="asked-for"><span>${words.who}</span><textarea class="control" name="people" rows="4" spellcheck="false">${this.#readers.join('\n')}</textarea><small class="soft">${words.whoHint}</small></label>
      <div class="row-acts"><button type="submit" class="primary">${words.review}</button>
        ${resource === null ? nothing : html`<button type="button" class="quiet" @click=${() => this.leave()}>${words.cancel}</button>`}</div>
      <p class="refusal" role="alert" ?hidden=${state.refused === ''}>${state.refused}</p></form>`;
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (event.target instanceof HTMLFormElement) void this.#review(new FormData(event.target));
  };

  async #review(form: FormData): Promise<void> {
    const named = this.resource ?? ResourceId.safeParse(formText(form, 'resource')).data ?? null;
    if (named === null) return this.#refuse(words.wrongName);
    const people = readPeople(formText(form, 'people'));
    if (!people.ok) return this.#refuse(people.fault.detail);
    const now = await this.#now(named);
    if (!now.ok) return this.#refuse(faultWords(now.fault));
    const facts = factsOf(now.value, people.value);
    this.#refuse(facts.length === 0 ? words.same : '');
    if (facts.length > 0) this.ask(this.#question(named, people.value, facts));
  }

  #refuse(refused: string): void {
    this.state = { kind: 'writing', refused };
  }

  #question(resource: ResourceId, readers: readonly UserId[], facts: readonly string[]): Question {
    const put = { method: 'PUT', path: pathOf(resource), body: { readers } } as const;
    return {
      title: words.sayTitle(resource),
      facts,
      go: words.sayGo,
      done: words.said(resource),
      run: () => this.api.send(put, ResourceReaders),
    };
  }
}
define('parley-resource-form', ParleyResourceForm);

export function pathOf(resource: ResourceId): string {
  return `/v1/resources/${encodeURIComponent(resource)}`;
}
