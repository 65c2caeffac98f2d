import { KeyPolicy, KeysView } from '@parley/shared/admin';
import { ok, type Result } from '@parley/shared/fault';
import { html, nothing, type TemplateResult } from 'lit';
import { define } from '../ui/part.ts';
import '../ui/provider-keys.ts';
import { faultWords } from '../ui/strings.ts';
import { keyStrings as words } from '../ui/strings-keys.ts';
import { AdminView } from './admin-view.ts';

/** The organisation's keys for model providers, and what holds for those of its people. */
export class ParleyAdminKeys extends AdminView<KeysView['policy']> {
  protected override async fetch(): Promise<Result<KeysView['policy']>> {
    const keys = await this.api.read('/v1/keys', KeysView);
    return keys.ok ? ok(keys.value.policy) : keys;
  }

  protected override content({ personal, fallback, unreadable }: KeysView['policy']): TemplateResult {
    return html`<parley-provider-keys .rest=${this.api} .scope=${'tenant'}></parley-provider-keys>
      <form class="card" @submit=${this.#onSubmit}><fieldset class="access"><legend>${words.policy}</legend>
        ${unreadable ? html`<p class="refusal">${words.policyUnreadable}</p>` : nothing}
        ${choice('personal', personal, [words.personal, words.personalHelp])}${choice('fallback', fallback, [words.fallback, words.fallbackHelp])}</fieldset>
        <div class="row-acts"><button type="submit" class="primary">${words.savePolicy}</button></div></form>`;
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (event.target instanceof HTMLFormElement) void this.#save(new FormData(event.target));
  };

  async #save(form: FormData): Promise<void> {
    const body = { personal: form.has('personal'), fallback: form.has('fallback') };
    const answer = await this.api.send({ method: 'PUT', path: '/v1/keys/policy', body }, KeyPolicy);
    this.done = answer.ok ? words.policySaved : faultWords(answer.fault);
    if (answer.ok) await this.reload();
  }
}
define('parley-admin-keys', ParleyAdminKeys);

function choice(name: keyof KeyPolicy, checked: boolean, [label, help]: readonly [string, string]): TemplateResult {
  return html`<label class="access-choice"><input type="checkbox" name=${name} .checked=${checked} /><span><b>${label}</b><span class="soft">${help}</span></span></label>`;
}
