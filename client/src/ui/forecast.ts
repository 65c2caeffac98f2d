import type { PromptForecast } from '@parley/shared/answers';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { forecastWords } from './forecast-words.ts';
import { define, Part } from './part.ts';

const SETTLES_MS = 600;

/** What a large question would take, before it is sent (G7). It is advice: what cannot be told is not said. */
export class ParleyForecast extends Part {
  static override properties = {
    client: { attribute: false },
    text: { attribute: false },
    audience: { attribute: false },
    forecast: { state: true },
  };
  declare client: RoomClient;
  declare text: string;
  declare audience: 'room' | 'me';
  declare private forecast: PromptForecast | null;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor() {
    super();
    this.forecast = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('text') && !changed.has('audience') && !changed.has('client')) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.#measure(), SETTLES_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#settling);
  }

  async #measure(): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    const { text, audience } = this;
    const answer = await this.client.request('prompt.measure', { text, audience });
    if (mine === this.#asked) this.forecast = answer.ok ? answer.value : null;
  }

  override render(): TemplateResult | typeof nothing {
    if (this.forecast === null) return nothing;
    const { words, short } = forecastWords(this.forecast);
    return html`<p class="forecast ${short ? 'caution' : 'soft'}" role="status">${words}</p>`;
  }
}
define('parley-forecast', ParleyForecast);

export const styles = css`
  .forecast { padding: 4px 10px; }
`;
