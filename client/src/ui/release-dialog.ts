import { ReleaseView } from '@parley/shared/answers';
import type { Entry } from '@parley/shared/entry';
import type { Fault } from '@parley/shared/fault';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import { finishedBlocks } from './markdown-engine.ts';
import { blocksView } from './markdown-view.ts';
import { Modal, modalStyles } from './modal.ts';
import { define } from './part.ts';
import { tell } from './room-events.ts';
import { faultWords, strings } from './strings.ts';
import { callStrings } from './strings-calls.ts';
import { visibleText } from './visible-text.ts';

type Preview = ReturnType<typeof ReleaseView.parse>;
type State =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'shown'; readonly view: Preview; readonly wrong: string | null }
  | { readonly kind: 'sharing'; readonly view: Preview };

/** R5: one answer of my private lane, exactly as others would read it, and who they are; shared only if I say so. */
export class ParleyRelease extends Modal {
  static override properties = {
    client: { attribute: false },
    entry: { attribute: false },
    you: { attribute: false },
    state: { state: true },
  };
  declare client: RoomClient;
  declare entry: Entry;
  declare you: string | null;
  declare state: State;

  constructor() {
    super();
    this.state = { kind: 'loading' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => this.#load());
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('state');
    if (before !== undefined && before.kind !== this.state.kind) this.focusSafe();
  }

  async #load(): Promise<void> {
    this.state = { kind: 'loading' };
    const answer = await this.client.request('entry.preview-release', { entry: this.entry.id });
    this.state = answer.ok
      ? { kind: 'shown', view: answer.value, wrong: null }
      : { kind: 'failed', fault: answer.fault };
  }

  override render(): TemplateResult {
    return this.frame(
      callStrings.releaseTitle,
      html`<div class="modal-facts" id="modal-facts" role="group" aria-label=${callStrings.facts} tabindex="0">${this.#facts()}</div>${this.#acts()}`,
    );
  }

  #facts(): TemplateResult {
    const { state } = this;
    if (state.kind === 'loading') return html`<p class="soft" role="status">${callStrings.releaseLoading}</p>`;
    if (state.kind === 'failed') return html`<p role="alert">${faultWords(state.fault)}</p>`;
    return preview(state.view, this.#others(state.view));
  }

  #acts(): TemplateResult {
    const { state } = this;
    const wrong = state.kind === 'shown' ? state.wrong : null;
    return html`<div class="modal-acts">${wrong === null ? nothing : html`<p class="refusal" role="alert">${wrong}</p>`}
      <button type="button" class="outline" data-safe @click=${() => this.safeChoice()}>${callStrings.keepPrivate}</button>
      ${state.kind === 'failed' ? html`<button type="button" class="quiet" @click=${() => this.#load()}>${strings.tryAgain}</button>` : nothing}
      ${state.kind === 'shown' || state.kind === 'sharing' ? this.#share(state) : nothing}</div>`;
  }

  #share({ kind, view }: Extract<State, { view: Preview }>): TemplateResult | typeof nothing {
    const { length } = this.#others(view);
    if (length === 0) return nothing;
    return html`<button type="button" class="primary" ?disabled=${kind === 'sharing'} @click=${() => this.#release(view)}>${callStrings.share(length)}</button>`;
  }

  /** Who would come to read it: I do already. */
  #others({ recipients }: Preview): Preview['recipients'] {
    return recipients.filter(({ user }) => user !== this.you);
  }

  protected override safeChoice(): void {
    this.close();
  }

  async #release(view: Preview): Promise<void> {
    const room = this.closest('.room');
    this.state = { kind: 'sharing', view };
    const answer = await this.client.request('entry.release', {
      entry: this.entry.id,
      digest: view.digest,
      to: 'room',
    });
    if (!answer.ok) return this.#refused(answer.fault, view);
    this.close();
    if (room !== null) tell(room, 'room-sent', 'room');
  }

  /** What stands now is shown; it was not agreed to. */
  #refused(why: Fault, before: Preview): void {
    const now = why.code === 'condition_failed' ? ReleaseView.safeParse(why.current).data : undefined;
    const wrong = now === undefined ? faultWords(why) : callStrings.releaseMoved;
    this.state = { kind: 'shown', view: now ?? before, wrong };
  }
}
define('parley-release', ParleyRelease);

function preview({ sources, resources, lifted, text }: Preview, others: Preview['recipients']): TemplateResult {
  const from = sources.map(({ kind, id, title }) => `${callStrings.sourceKinds[kind]} ${title === '' ? id : title}`);
  const nobody = resources.length === 0 ? callStrings.nobodyHere : callStrings.nobodyMayRead;
  return html`<dl class="facts">
    <dt>${callStrings.willRead}</dt><dd class="recipients">${others.length === 0 ? nobody : names(others.map(({ name }) => name))}</dd>
    <dt>${callStrings.isBuiltOn}</dt><dd>${from.length === 0 ? callStrings.builtOnNothing : names(from)}</dd>
    ${caution(callStrings.staysRestricted, resources, callStrings.restrictedHelp)}${caution(callStrings.isOpened, lifted, callStrings.openedHelp)}</dl>
    <h3 id="release-text">${callStrings.exactText}</h3>
    <div class="release-text words" role="group" aria-labelledby="release-text" tabindex="0">${blocksView(finishedBlocks(text))}</div>
    ${others.length === 0 ? nothing : html`<p class="soft">${callStrings.releaseNext}</p>`}`;
}

function caution(name: string, resources: readonly string[], help: string): TemplateResult | typeof nothing {
  if (resources.length === 0) return nothing;
  return html`<dt>${name}</dt><dd><div class="caution">${names(resources)}<p>${help}</p></div></dd>`;
}

function names(list: readonly string[]): TemplateResult {
  return html`<ul class="names" role="list">${list.map((name) => html`<li>${visibleText(name)}</li>`)}</ul>`;
}

export const styles = css`${modalStyles}
  .modal .recipients .names li { font-weight: 650; border-color: var(--accent); background: var(--accent-wash); }
  .release-text { padding: 14px; border: 1px solid var(--line); border-radius: var(--radius-small); background: var(--ground); max-block-size: 18rem; overflow-y: auto; }
`;
