import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { RoomViewModel } from '../view.ts';
import { define, Part } from './part.ts';
import { modelStrings as words } from './strings-models.ts';

/** Who answers the next question, where there is a choice (G5). */
export class ParleyModelMenu extends Part {
  static override properties = {
    client: { attribute: false },
    capabilities: { attribute: false },
    model: { attribute: false },
    choose: { attribute: false },
    open: { state: true },
    gone: { state: true },
  };
  declare client: RoomClient;
  /** When they change, what is open may have, too. */
  declare capabilities: RoomViewModel['capabilities'];
  declare model: string | null;
  declare choose: (model: string | null) => void;
  /** Those that I may choose; the first answers when I choose none. */
  declare private open: readonly string[];
  /** The one that I had chosen, when it was taken away. */
  declare private gone: string;

  constructor() {
    super();
    this.open = [];
    this.gone = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client') || changed.has('capabilities')) void this.#load();
  }

  /** Without an answer there is no choice, and the usual model answers. */
  async #load(): Promise<void> {
    const { client } = this;
    const answer = await client.request('room.get', {});
    if (client !== this.client) return;
    this.open = answer.ok ? answer.value.models : [];
    if (!answer.ok || this.model === null || this.open.includes(this.model)) return;
    this.gone = this.model;
    this.choose(null);
  }

  override render(): TemplateResult | typeof nothing {
    const { open, model } = this;
    const [usual] = open;
    const gone = this.gone === '' ? nothing : html`<p class="caution" role="status">${words.gone(this.gone)}</p>`;
    if (usual === undefined || open.length < 2) return gone;
    return html`<label class="model-menu"><span class="said">${words.model}</span><select @focus=${() => void this.#load()} @change=${this.#onChange}>
      <option value="" ?selected=${model === null}>${words.usual(usual)}</option>
      ${open.slice(1).map((name) => html`<option value=${name} ?selected=${name === model}>${name}</option>`)}</select></label>${gone}`;
  }

  readonly #onChange = ({ target }: Event): void => {
    if (!(target instanceof HTMLSelectElement)) return;
    this.gone = '';
    this.choose(target.value === '' ? null : target.value);
  };
}
define('parley-model-menu', ParleyModelMenu);

export const styles = css`
  parley-model-menu { display: contents; }
  .model-menu { min-inline-size: 0; }
  .model-menu select { min-block-size: 44px; max-inline-size: 10rem; padding-inline: 8px; border: 1px solid transparent; border-radius: var(--radius-small); background: var(--raised); color: var(--ink); text-overflow: ellipsis; }
`;
