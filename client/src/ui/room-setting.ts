import type { Fault } from '@parley/shared/fault';
import type { RoomPolicy } from '@parley/shared/policy';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { define, Part } from './part.ts';
import { faultWords, strings } from './strings.ts';
import { settingStrings } from './strings-settings.ts';

/** What an owner chooses here, each with its choices, the stricter first. */
const CHOICES = { join: ['invite', 'tenant'], release: ['strict', 'reader'] } as const;
type Setting = keyof typeof CHOICES;
type Choice = RoomPolicy[Setting];

/** One rule of the room, and its change. Tells `setting-changed`, with the room, when the server changed it. */
export class ParleyRoomSetting extends Part {
  static override properties = {
    client: { attribute: false },
    setting: { attribute: false },
    policy: { attribute: false },
    chosen: { state: true },
    refused: { state: true },
    said: { state: true },
  };
  declare client: RoomClient;
  declare setting: Setting;
  /** What holds now. */
  declare policy: RoomPolicy;
  declare chosen: Choice;
  declare refused: Fault | null;
  declare said: string;

  constructor() {
    super();
    this.refused = null;
    this.said = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('policy')) this.chosen = this.#now;
  }

  get #now(): Choice {
    return this.policy[this.setting];
  }

  override render(): TemplateResult {
    const { chosen, refused, setting } = this;
    return html`<fieldset class="access"><legend>${settingStrings.legends[setting]}</legend>
      ${CHOICES[setting].map((choice) => this.#choice(choice))}
      ${refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(refused)}</p>`}
      ${
        chosen === this.#now
          ? nothing
          : html`<div class="row-acts"><button type="button" class="primary" @click=${() => this.#save(chosen)}>${strings.save}</button>
        <button type="button" class="quiet" @click=${this.#cancel}>${strings.cancel}</button></div>`
      }
      <p class="done" role="status">${this.said}</p></fieldset>`;
  }

  #choice(choice: Choice): TemplateResult {
    const { name, help } = settingStrings.choices[choice];
    return html`<label class="access-choice"><input type="radio" name=${`parley-${this.setting}`} value=${choice} .checked=${this.chosen === choice} @change=${() => this.#choose(choice)} />
      <span><b>${name}</b><span class="soft">${help}</span></span></label>`;
  }

  #choose(choice: Choice): void {
    this.refused = null;
    this.said = '';
    this.chosen = choice;
  }

  readonly #cancel = (): void => {
    this.#choose(this.#now);
    this.#focusChoice();
  };

  async #save(choice: Choice): Promise<void> {
    const answer = await this.client.updateRoom({ [this.setting]: choice });
    this.refused = answer.ok ? null : answer.fault;
    if (!answer.ok) return;
    this.said = settingStrings.choices[choice].saved;
    this.#focusChoice();
    this.dispatchEvent(new CustomEvent('setting-changed', { detail: answer.value, bubbles: true }));
  }

  /** The buttons go; the focus must not go with them. */
  #focusChoice(): void {
    this.querySelector<HTMLElement>(`[value=${this.chosen}]`)?.focus();
  }
}
define('parley-room-setting', ParleyRoomSetting);

export const roomSettingStyles = css`
  :is(parley-room-setting, parley-room-models:has(fieldset)) { display: block; margin-block-start: 24px; padding-block-start: 16px; border-block-start: 1px solid var(--line); }
`;
