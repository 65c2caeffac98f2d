import { css, html, type PropertyValues, type TemplateResult } from 'lit';
import type { RoomClient } from '../room-client.ts';
import type { RoomViewModel } from '../view.ts';
import type { NotesEditor } from './notes-editor.ts';
import { define, Part } from './part.ts';
import { strings } from './strings.ts';

type Editor =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'open'; readonly editor: NotesEditor; readonly workspace: RoomClient['workspace'] };

/** The shared notes: the editor comes when this is first shown. */
export class ParleyNotes extends Part {
  static override properties = { client: { attribute: false }, view: { attribute: false }, editor: { state: true } };
  declare client: RoomClient;
  declare view: RoomViewModel;
  declare editor: Editor;

  constructor() {
    super();
    this.editor = { kind: 'loading' };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.editor.kind !== 'open') void this.updateComplete.then(() => this.#open());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#close();
  }

  async #open(): Promise<void> {
    this.editor = { kind: 'loading' };
    try {
      const { mountNotes } = await import('./notes-editor.ts');
      const parent = this.querySelector<HTMLElement>('.notes-editor');
      const root = this.getRootNode();
      if (parent === null || !this.isConnected || !(root instanceof ShadowRoot)) return;
      const { workspace } = this.client;
      this.editor = { kind: 'open', workspace, editor: mountNotes({ parent, root }, workspace, this.#writable) };
    } catch {
      this.editor = { kind: 'failed' }; // the person is told, and may try again
    }
  }

  #close(): void {
    if (this.editor.kind === 'open') this.editor.editor.destroy();
    this.editor = { kind: 'loading' };
  }

  get #writable(): boolean {
    return this.view.capabilities.has('workspace.edit');
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (this.editor.kind !== 'open') return;
    // After a refusal the client holds the server's copy in a new document.
    if (this.client.workspace.doc !== this.editor.workspace.doc) {
      this.#close();
      void this.#open();
    } else if (changed.get('view')?.capabilities !== this.view.capabilities)
      this.editor.editor.setWritable(this.#writable);
  }

  override render(): TemplateResult {
    return html`<div class="notes"><p class="notes-state soft" role="status">${this.#writable ? this.#state() : strings.notesReadOnly}</p>
      ${
        this.editor.kind === 'failed'
          ? html`<p>${strings.notesFailed} <button type="button" class="outline" @click=${() => this.#open()}>${strings.tryAgain}</button></p>`
          : html`<div class="notes-editor" part="notes" aria-busy=${this.editor.kind === 'loading' ? 'true' : 'false'}></div>`
      }
    </div>`;
  }

  #state(): string {
    if (this.editor.kind === 'loading') return strings.notesLoading;
    if (this.view.connection.kind !== 'online') return this.view.saved ? strings.notesHelp : strings.notesUnsent;
    return this.view.saved ? strings.notesSaved : strings.notesSaving;
  }
}
define('parley-notes', ParleyNotes);

export const styles = css`
  parley-notes { display: grid; min-block-size: 0; flex: 1; }
  .notes { display: flex; flex-direction: column; gap: 10px; min-block-size: 0; }
  .notes-editor { flex: 1; min-block-size: 12rem; display: grid; border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); overflow: hidden; }
  .notes-editor:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
  .notes-editor .cm-editor { outline: none; min-block-size: 0; min-inline-size: 0; block-size: 100%; }
  .notes-editor .cm-scroller { font-family: var(--font); line-height: 1.6; overflow: auto; padding: 8px 6px; }
  .notes-editor .cm-content { padding: 0; caret-color: var(--accent); padding-block-start: 20px; }
  .notes-editor .cm-placeholder { color: var(--soft); }
  .their-caret { position: relative; border-inline-start: 2px solid var(--who); margin-inline: -1px; }
  .their-name { position: absolute; inset-block-end: 100%; inset-inline-start: -2px; padding: 0 6px; border-radius: 6px 6px 6px 0; line-height: 1.4; color: #fff; background: oklch(from var(--who, #57606a) 0.52 min(c, 0.15) h); white-space: nowrap; pointer-events: none; user-select: none; z-index: 1; animation: name-fades 4s forwards; }
  @keyframes name-fades { 0%, 80% { opacity: 1; } 100% { opacity: 0; } }
  /* A name that vanishes at once would never be seen; going in one step is no motion. */
  @media (prefers-reduced-motion: reduce) { .their-name { animation: name-fades 4s step-end forwards !important; } }
  .their-selection { background: color-mix(in oklab, var(--who) 22%, transparent); }
`;
