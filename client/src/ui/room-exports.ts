import { ExportView, ExportViews } from '@parley/shared/background';
import type { Fault } from '@parley/shared/fault';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { define, Part } from './part.ts';
import { saveFile } from './save-file.ts';
import { faultWords, strings } from './strings.ts';
import { exportStrings as words } from './strings-exports.ts';

type Load =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'shown'; readonly room: string; readonly last: ExportView | null };

/** Between two looks at one that is being made. */
const LOOK_MS = 3_000;

/** The room as one file, made in the background, for whoever may export it. */
export class ParleyRoomExports extends Part {
  static override properties = {
    client: { attribute: false },
    load: { state: true },
    refused: { state: true },
    busy: { state: true },
  };
  declare client: RoomClient;
  declare load: Load;
  declare refused: Fault | null;
  declare busy: boolean;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    super();
    this.load = { kind: 'loading' };
    this.refused = null;
    this.busy = false;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client')) void this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #look(): Promise<void> {
    const { client } = this;
    const details = await client.details();
    if (!details.ok) return this.#failed(details.fault);
    const room = details.value.id;
    const found = await client.organisation.rest.read(`/v1/rooms/${room}/exports`, ExportViews);
    if (client !== this.client) return;
    if (found.ok) this.#show(room, found.value.items[0] ?? null);
    else this.#failed(found.fault);
  }

  #failed(fault: Fault): void {
    this.load = { kind: 'failed', fault };
  }

  #show(room: string, last: ExportView | null): void {
    this.load = { kind: 'shown', room, last };
    if (this.#timer !== null) clearTimeout(this.#timer);
    const underWay = last?.state === 'waiting' || last?.state === 'writing';
    this.#timer = underWay && this.isConnected ? setTimeout(() => void this.#look(), LOOK_MS) : null;
  }

  override render(): TemplateResult {
    const { load, refused } = this;
    return html`<section class="exports" aria-label=${words.title}><h3>${words.title}</h3><p class="soft">${words.help}</p>
      ${load.kind === 'failed' ? this.#unknown(load.fault) : nothing}
      ${load.kind === 'loading' ? html`<p class="soft" role="status">${words.loading}</p>` : nothing}
      ${load.kind === 'shown' ? this.#last(load.room, load.last) : nothing}
      ${refused === null ? nothing : html`<p class="refusal" role="alert">${faultWords(refused)}</p>`}</section>`;
  }

  #unknown(fault: Fault): TemplateResult {
    return html`<p class="refusal" role="alert">${faultWords(fault)}</p>
      <button type="button" class="outline" @click=${() => void this.#look()}>${strings.tryAgain}</button>`;
  }

  #last(room: string, last: ExportView | null): TemplateResult {
    const underWay = last?.state === 'waiting' || last?.state === 'writing';
    return html`<p role="status">${last === null ? words.none : words.states[last.state]}</p><div class="row-acts">
      ${last?.state === 'ready' ? html`<button type="button" class="primary" ?disabled=${this.busy} @click=${() => void this.#save(room, last)}>${words.save}</button>` : nothing}
      ${underWay ? nothing : html`<button type="button" class="outline" ?disabled=${this.busy} @click=${() => void this.#prepare(room)}>${last === null ? words.prepare : words.again}</button>`}</div>`;
  }

  async #prepare(room: string): Promise<void> {
    await this.#while(async () => {
      const asked = await this.client.organisation.rest.send(
        { method: 'POST', path: `/v1/rooms/${room}/exports` },
        ExportView,
      );
      if (asked.ok) this.#show(room, asked.value);
      return asked.ok ? null : asked.fault;
    });
  }

  async #save(room: string, { export: id }: ExportView): Promise<void> {
    await this.#while(async () => {
      const file = await this.client.organisation.rest.file(`/v1/rooms/${room}/exports/${id}/file`, {});
      if (file.ok) saveFile(`${room}.jsonl`, file.value);
      return file.ok ? null : file.fault;
    });
  }

  async #while(work: () => Promise<Fault | null>): Promise<void> {
    this.refused = null;
    this.busy = true;
    this.refused = await work();
    this.busy = false;
  }
}
define('parley-room-exports', ParleyRoomExports);

export const roomExportsStyles = css`
  .exports { display: grid; gap: 8px; margin-block-start: 24px; padding-block-start: 16px; border-block-start: 1px solid var(--line); }
`;
