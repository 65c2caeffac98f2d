import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { closeIcon, pencilIcon } from './icons.ts';
import { define, Part } from './part.ts';
import { valueOrTell } from './room-events.ts';
import { strings } from './strings.ts';

/** The room's title, and for those who may, its change in place. */
export class ParleyRoomTitle extends Part {
  static override properties = {
    client: { attribute: false },
    name: { attribute: false },
    may: { attribute: false },
    made: { attribute: false },
    renaming: { state: true },
  };
  declare client: RoomClient;
  declare name: string;
  declare may: boolean;
  /** Nobody gave it: it was made from what was said. */
  declare made: boolean;
  declare renaming: boolean;

  constructor() {
    super();
    this.renaming = false;
  }

  protected override willUpdate(): void {
    // The right went away while the field was open.
    if (!this.may) this.renaming = false;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('renaming') || changed.get('renaming') === undefined) return;
    if (this.renaming) this.querySelector('input')?.select();
    else this.querySelector('button')?.focus();
  }

  override render(): TemplateResult {
    const name = this.name === '' ? strings.untitled : this.name;
    return html`<h2 title=${this.made ? strings.titleMadeHelp : nothing}>${name}</h2>${this.made ? html`<span class="soft title-made">${strings.titleMade}</span>` : nothing}
      ${this.may ? html`<button type="button" class="icon-only quiet" aria-label=${strings.rename} title=${strings.rename} @click=${() => (this.renaming = true)}>${pencilIcon}</button>` : nothing}
      ${this.renaming ? this.#field() : nothing}`;
  }

  #field(): TemplateResult {
    return html`<form class="rename" @submit=${this.#submit} @keydown=${this.#onKey}>
      <input class="control" aria-label=${strings.roomTitle} maxlength="200" required autocomplete="off" .value=${this.name} />
      <button type="submit" class="primary">${strings.save}</button>
      <button type="button" class="icon-only quiet" aria-label=${strings.cancel} title=${strings.cancel} @click=${this.#close}>${closeIcon}</button></form>`;
  }

  readonly #close = (): void => {
    this.renaming = false;
  };

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const title = this.querySelector('input')?.value.trim() ?? '';
    if (title === this.name) this.#close();
    else if (title !== '') void this.#rename(title);
  };

  async #rename(title: string): Promise<void> {
    const renamed = await valueOrTell(this, this.client.updateRoom({ title }));
    if (renamed !== null) this.#close();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    this.#close();
  };
}
define('parley-room-title', ParleyRoomTitle);

export const roomTitleStyles = css`
  parley-room-title { display: flex; align-items: center; gap: 2px; min-inline-size: 0; }
  parley-room-title h2 { flex: 0 1 auto; min-inline-size: 0; }
  .title-made { flex: none; margin-inline-start: 6px; white-space: nowrap; }
  @container room (max-width: 45rem) { .title-made { position: absolute; inset: 0 auto auto 0; clip-path: inset(50%); inline-size: 1px; block-size: 1px; overflow: hidden; } }
  parley-room-title > button { flex: none; margin-block: -11px; }
  /* Its target is larger than its place; hovered or focused it must not cover the words around it. */
  parley-room-title > button:hover { background: none; }
  parley-room-title > button .icon { border-radius: 4px; }
  parley-room-title > button:hover .icon { background: var(--raised); box-shadow: 0 0 0 4px var(--raised); }
  parley-room-title > button:focus-visible { outline: none; }
  parley-room-title > button:focus-visible .icon { outline: 2px solid var(--accent); outline-offset: 3px; }
  .rename { position: absolute; inset: 0; z-index: 1; display: flex; align-items: center; gap: 8px; padding: 8px 12px 8px 20px; background: var(--surface); }
  .rename .control { flex: 1; min-inline-size: 0; font-weight: 600; }
  @container room (max-width: 45rem) { .rename { padding-inline: 8px 6px; } }
`;
