import type { Fault } from '@parley/shared/fault';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { allowList, sameChoice, type AllowList } from './allow-list.ts';
import { Part } from './part.ts';
import { faultWords } from './strings.ts';
import { modelStrings as words } from './strings-models.ts';

/** All models of a server, or only some: chosen here, and kept by whoever `save` tells. */
export abstract class ChosenModels extends Part {
  static override properties = {
    offered: { attribute: false },
    save: { attribute: false },
    chosen: { state: true },
    refused: { state: true },
  };
  /** What the server offers. */
  declare offered: readonly string[];
  /** Null: all. Resolves with what refused it. */
  declare save: (models: readonly string[] | null) => Promise<Fault | null>;
  declare protected chosen: readonly string[] | null;
  declare private refused: Fault | null;

  constructor() {
    super();
    this.chosen = null;
    this.refused = null;
  }

  /** What holds now. */
  protected abstract get now(): readonly string[] | null;
  /** `help`: what a change does to whom. */
  protected abstract get words(): Pick<AllowList, 'legend' | 'all'> & { readonly help: string };

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has(this.holds)) this.chosen = this.now;
  }

  /** The property that `now` is read from. */
  protected abstract get holds(): string;

  override render(): TemplateResult | typeof nothing {
    const { offered, chosen, refused } = this;
    if (offered.length < 2 && this.now === null) return nothing;
    const { help, ...own } = this.words;
    const changes = !sameChoice(chosen, this.now) && chosen?.length !== 0;
    const choose = (next: readonly string[] | null): void => void (this.chosen = next);
    const below = html`${chosen?.length === 0 ? html`<p class="caution">${words.none}</p>` : nothing}
      ${refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(refused)}</p>`}
      ${!changes ? nothing : html`<p class="soft">${help}</p><button type="button" class="primary" @click=${() => void this.#save()}>${words.save}</button>`}`;
    return allowList({ ...own, some: words.some, names: offered, chosen, choose }, below);
  }

  async #save(): Promise<void> {
    this.refused = await this.save(this.chosen);
  }
}
