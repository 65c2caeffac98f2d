import type { Fault } from '@parley/shared/fault';
import type { RoomPolicy } from '@parley/shared/policy';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { define, Part } from './part.ts';
import { faultWords, strings } from './strings.ts';
import { peopleStrings } from './strings-people.ts';

type Join = RoomPolicy['join'];
const CHOICES: readonly Join[] = ['invite', 'tenant'];

/** Who comes in without being added. Tells `access-changed` when the server changed it. */
export class ParleyRoomAccess extends Part {
  static override properties = {
    client: { attribute: false },
    join: { attribute: false },
    chosen: { state: true },
    refused: { state: true },
    said: { state: true },
  };
  declare client: RoomClient;
  /** What holds now. */
  declare join: Join;
  declare chosen: Join;
  declare refused: Fault | null;
  declare said: string;

  constructor() {
    super();
    this.refused = null;
    this.said = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('join')) this.chosen = this.join;
  }

  override render(): TemplateResult {
    const { chosen, refused } = this;
    return html`<fieldset class="access"><legend>${peopleStrings.access}</legend>
      ${CHOICES.map((join) => this.#choice(join))}
      ${refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(refused)}</p>`}
      ${
        chosen === this.join
          ? nothing
          : html`<div class="row-acts"><button type="button" class="primary" @click=${() => this.#save(chosen)}>${strings.save}</button>
        <button type="button" class="quiet" @click=${this.#cancel}>${strings.cancel}</button></div>`
      }
      <p class="done" role="status">${this.said}</p></fieldset>`;
  }

  #choice(join: Join): TemplateResult {
    return html`<label class="access-choice"><input type="radio" name="parley-join" .checked=${this.chosen === join} @change=${() => this.#choose(join)} />
      <span><b>${peopleStrings.joins[join]}</b><span class="soft">${peopleStrings.joinHelp[join]}</span></span></label>`;
  }

  #choose(join: Join): void {
    this.refused = null;
    this.said = '';
    this.chosen = join;
  }

  readonly #cancel = (): void => {
    this.#choose(this.join);
    this.#focusChoice();
  };

  async #save(join: Join): Promise<void> {
    const answer = await this.client.updateRoom({ join });
    this.refused = answer.ok ? null : answer.fault;
    if (!answer.ok) return;
    this.said = peopleStrings.accessSaved[answer.value.policy.join];
    this.#focusChoice();
    this.dispatchEvent(new CustomEvent('access-changed', { detail: answer.value, bubbles: true }));
  }

  /** The buttons go; the focus must not go with them. */
  #focusChoice(): void {
    this.querySelectorAll('input')[CHOICES.indexOf(this.chosen)]?.focus();
  }
}
define('parley-room-access', ParleyRoomAccess);

export const roomAccessStyles = css`
  parley-room-access { display: block; margin-block-start: 24px; padding-block-start: 16px; border-block-start: 1px solid var(--line); }
`;
