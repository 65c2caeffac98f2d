import { DigestReply, PinsRead, type DigestView, type PinView } from '@parley/shared/pin';
import type { PinKind } from '@parley/shared/pin-kind';
import type { Entry, RoomView } from '@parley/shared/entry';
import { ok, type Fault, type Result } from '@parley/shared/fault';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { finishedBlocks } from './markdown-engine.ts';
import { blocksView } from './markdown-view.ts';
import { Modal, modalStyles } from './modal.ts';
import type { Names } from './names.ts';
import { define } from './part.ts';
import { tell } from './room-events.ts';
import { faultWords, strings } from './strings.ts';
import { entryStrings } from './strings-entries.ts';
import { memoryStrings as words } from './strings-memory.ts';

type EntryId = Entry['id'];

interface Kept {
  readonly pins: readonly PinView[];
  readonly digest: DigestView | null;
}
type State =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'shown'; readonly kept: Kept };

/** Pages of older entries that one look back may take. */
const MOST_PAGES = 60;
const KINDS = Object.keys(entryStrings.pinned) as PinKind[];

/** C3, C4: what the AI is sent however long a lane gets: what people pinned, and what is summed up, with the way to what it was. */
export class ParleyMemory extends Modal {
  static override properties = {
    client: { attribute: false },
    lane: { attribute: false },
    entry: { attribute: false },
    names: { attribute: false },
    mayPin: { attribute: false },
    pins: { attribute: false },
    digest: { attribute: false },
    state: { state: true },
    note: { state: true },
  };
  declare client: RoomClient;
  declare lane: 'room' | 'me';
  /** The one to pin; null: only to look. */
  declare entry: Entry | null;
  declare names: Names;
  declare mayPin: boolean;
  /** As the lane's document says: with another one, more is to be read. */
  declare pins: RoomView['pins'];
  declare digest: RoomView['digest'];
  declare state: State;
  /** What came of the last thing that was done here. */
  declare note: string;
  #asked = 0;

  constructor() {
    super();
    this.state = { kind: 'loading' };
    this.note = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('pins') || changed.has('digest')) void this.#load();
  }

  async #load(): Promise<void> {
    const asked = (this.#asked += 1);
    const found = await this.#find();
    if (asked !== this.#asked) return;
    this.state = found.ok ? { kind: 'shown', kept: found.value } : { kind: 'failed', fault: found.fault };
  }

  async #find(): Promise<Result<Kept>> {
    const room = await this.client.details();
    if (!room.ok) return room;
    const path = `/v1/rooms/${room.value.id}`;
    const query = { lane: this.lane };
    const { organisation } = this.client;
    const [pins, digest] = await Promise.all([
      organisation.rest.read(`${path}/pins`, PinsRead, query),
      organisation.rest.read(`${path}/digest`, DigestReply, query),
    ]);
    if (!pins.ok) return pins;
    return digest.ok ? ok({ pins: pins.value.items, digest: digest.value.digest }) : digest;
  }

  override render(): TemplateResult {
    return this.frame(
      words.title,
      html`<div class="modal-facts memory" id="modal-facts" role="group" aria-label=${words.title} tabindex="0">${this.#choice()}${this.#kept()}</div>
        <div class="modal-acts"><p class="soft memory-note" role="status">${this.note}</p>
          <button type="button" class="outline" data-safe @click=${() => this.safeChoice()}>${words.done}</button></div>`,
    );
  }

  #choice(): TemplateResult | typeof nothing {
    const { entry } = this;
    if (entry === null || !this.mayPin) return nothing;
    const now = this.pins?.[entry.id];
    return html`<section aria-label=${words.choose}><h3>${words.choose}</h3><p class="soft">${words.chooseHelp}</p>
      <div class="memory-kinds" role="group" aria-label=${words.choose}>${KINDS.map(
        (
          kind,
        ) => html`<button type="button" class=${now === kind ? 'primary' : 'outline'} aria-pressed=${now === kind ? 'true' : 'false'}
          @click=${() => void (now === kind ? this.#unpin(entry.id) : this.#pinAs(entry.id, kind))}>${entryStrings.pinned[kind]}</button>`,
      )}</div></section>`;
  }

  #kept(): TemplateResult {
    const { state } = this;
    if (state.kind === 'loading') return html`<p class="soft" role="status">${words.loading}</p>`;
    if (state.kind === 'shown') return html`${this.#list(state.kept.pins)}${this.#summary(state.kept.digest)}`;
    return html`<div role="alert"><p>${faultWords(state.fault)}</p>
      <button type="button" class="outline" @click=${() => void this.#load()}>${strings.tryAgain}</button></div>`;
  }

  #list(pins: readonly PinView[]): TemplateResult {
    return html`<section aria-label=${words.pinned}><h3>${words.pinned}</h3>
      ${pins.length === 0 ? html`<p class="soft">${words.nothingPinned}</p>` : html`<ul class="memory-pins" role="list">${pins.map((pin) => this.#pin(pin))}</ul>`}</section>`;
  }

  #pin({ entry, as, author, text, by, seq }: PinView): TemplateResult {
    const name = this.#name(author);
    return html`<li><p><b>${entryStrings.pinned[as]}</b> <span class="soft">${words.by(this.names.name(by))}</span></p><p class="memory-words">${text}</p>
      <p class="memory-acts"><button type="button" class="quiet" @click=${() => void this.#show(entry)}>${words.show(String(seq), name)}</button>
      ${this.mayPin ? html`<button type="button" class="quiet" aria-label=${words.unpinOf(entryStrings.pinned[as], name)} @click=${() => void this.#unpin(entry)}>${words.unpin}</button>` : nothing}</p></li>`;
  }

  #summary(digest: DigestView | null): TemplateResult {
    if (digest === null)
      return html`<section aria-label=${words.summed}><h3>${words.summed}</h3><p class="soft">${words.noDigest}</p></section>`;
    const { from, to, text, cites } = digest;
    return html`<section aria-label=${words.summed}><h3>${words.summed}</h3><p class="soft">${words.digestHelp(from, to)}</p>
      <div class="memory-digest words">${blocksView(finishedBlocks(text))}</div>
      ${
        cites.length === 0
          ? nothing
          : html`<p class="soft">${words.namedHelp}</p><ul class="memory-acts" role="list">${cites.map(
              ({ cite, entry, author }) =>
                html`<li><button type="button" class="quiet" @click=${() => void this.#show(entry)}>${words.show(cite.replace('me.', ''), this.#name(author))}</button></li>`,
            )}</ul>`
      }</section>`;
  }

  #name(author: Entry['author']): string {
    return author.kind === 'ai' ? strings.ai : this.names.name(author.id);
  }

  async #pinAs(entry: EntryId, as: PinKind): Promise<void> {
    await this.#change(this.client.request('entry.pin', { entry, as }));
  }

  async #unpin(entry: EntryId): Promise<void> {
    await this.#change(this.client.request('entry.unpin', { entry }));
  }

  /** What changed comes with the document. */
  async #change(answer: Promise<Result<unknown>>): Promise<void> {
    const done = await answer;
    this.note = done.ok ? '' : faultWords(done.fault);
  }

  /** Brings what a summary stands for back, page by page, and goes there. */
  async #show(entry: EntryId): Promise<void> {
    const room = this.closest('.room');
    this.note = words.showing;
    for (let pages = 0; pages < MOST_PAGES && !this.#isLoaded(entry); pages++) {
      const more = await this.client.loadOlder(this.lane).catch(() => false);
      if (!more) break;
    }
    if (!this.#isLoaded(entry) || room === null) {
      this.note = words.gone;
      return;
    }
    this.close();
    tell(room, 'room-find', { lane: this.lane, entry });
  }

  #isLoaded(id: EntryId): boolean {
    const { room, me } = this.client.view;
    return (this.lane === 'room' ? room : me).entries.some((entry) => entry.id === id);
  }

  protected override safeChoice(): void {
    this.close();
  }
}
define('parley-memory', ParleyMemory);

export const styles = css`${modalStyles}
  .memory section { display: grid; gap: 8px; }
  .memory-kinds, .memory-acts { display: flex; flex-wrap: wrap; gap: 8px; }
  .memory-pins { display: grid; gap: 12px; }
  .memory-pins li { display: grid; gap: 4px; padding: 10px 14px; border: 1px solid var(--line); border-radius: var(--radius-small); }
  .memory-words { overflow-wrap: anywhere; white-space: pre-wrap; }
  .memory-acts button { padding-inline: 0; min-block-size: 44px; text-align: start; text-decoration: underline; text-underline-offset: 3px; }
  .memory-digest { padding: 14px; border: 1px solid var(--line); border-radius: var(--radius-small); background: var(--ground); overflow-wrap: anywhere; }
  .memory-note { flex: 1; }
`;
